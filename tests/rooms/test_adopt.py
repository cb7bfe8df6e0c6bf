"""An existing history is taken over as it is: sealed, judged, and no file of it touched."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from sealed_project import EXAMPLE, SealedProject

from pgwright.doors.cli import cli


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SealedProject:
    """Never sealed; one revision of the past does not come back."""
    shutil.copytree(EXAMPLE, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path / "project")
    project = SealedProject(tmp_path / "project")
    project.change("migrations/versions/a3_phone.py", 'op.drop_column("person", "phone")', "pass")
    return project


def test_adopt_seals_and_judges_and_rewrites_nothing(project: SealedProject) -> None:
    before = {one: sha256(one.read_bytes()).hexdigest() for one in project.versions.glob("*.py")}
    ended = CliRunner().invoke(cli, ["adopt", "--json"])
    assert ended.exit_code == 0, ended.output
    done = json.loads(ended.stdout)
    assert done["sealed"]["entered"] == ["a1", "a2", "a3", "a4"]
    assert {one["revision"]: one["verdict"] for one in done["revisions"]}["a3"] == "refuted"
    assert {one["revision"]: one["verdict"] for one in done["revisions"]}["a1"] == "proven"
    assert {one: sha256(one.read_bytes()).hexdigest() for one in project.versions.glob("*.py")} == before


def test_adopt_without_proofs_names_the_shape(project: SealedProject) -> None:
    project.add("b1", "a4")
    project.add("c1", "a4")
    shown = CliRunner().invoke(cli, ["adopt", "--no-prove"]).stdout
    assert "6 sealed" in shown
    assert "two-heads" in shown
    assert project.sums.is_file()
