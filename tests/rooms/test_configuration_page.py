"""docs/reference/configuration.md has every key of pgwright.toml, and its examples are taken as they stand."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from pgwright.project.baseline import KEYS, Mode
from pgwright.project.settings import KNOWN, Settings, read_settings

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "configuration.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
FIELDS = {field.name for field in dataclasses.fields(Settings)} - {"source"}


def test_every_key_has_a_section_a_line_in_the_table_and_no_other_has() -> None:
    assert set(SECTIONS) == FIELDS == KNOWN
    assert set(re.findall(r"^\| \[`(\w+)`\]\(#\1\) \|", PAGE, re.M)) == FIELDS


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_the_example_of_a_key_sets_that_key(key: str, tmp_path: Path) -> None:
    (example,) = re.findall(r"^```toml\n(.*?)^```", SECTIONS[key], re.M | re.S)
    (tmp_path / "pgwright.toml").write_text(example)
    assert getattr(read_settings(tmp_path), key) != getattr(Settings(), key)


def test_every_mode_and_key_of_the_baseline_is_told() -> None:
    assert set(re.findall(r"^\| `([\w-]+)` \|", SECTIONS["baseline"], re.M)) == {*Mode.__args__}  # type: ignore[attr-defined]
    assert all(f"`{key}`" in SECTIONS["baseline"] for key in KEYS)


def test_links_of_the_documentation_lead_somewhere() -> None:
    root = Path(__file__).parents[2]
    for page in (root / "README.md", *root.glob("docs/**/*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[\w-]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
