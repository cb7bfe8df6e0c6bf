"""Every rule has its page, made from its constants; a page that was not made again is told with the command."""

from __future__ import annotations

import re
from pathlib import Path

from pgwright.doors.hazard_pages import page, pages, write
from pgwright.hazards.rules import BY_SLUG, RULES

FOLDER = Path(__file__).parents[2] / "docs/reference/hazards"
PAGES = pages()
AGAIN = "run: make docs (or: python -m pgwright.doors.hazard_pages docs/reference/hazards)"


def test_no_page_is_stale_or_missing() -> None:
    there = {file.name: file.read_text("utf-8") for file in FOLDER.glob("*")}
    stale = sorted(name for name in {*PAGES, *there} if PAGES.get(name) != there.get(name))
    assert not stale, f"{', '.join(stale)}: {AGAIN}"


def test_every_rule_has_a_page_and_a_line_in_the_index() -> None:
    assert set(PAGES) == {"index.md", *(f"{rule.slug}.md" for rule in RULES)}
    for rule in RULES:
        assert PAGES["index.md"].count(f"| {rule.code} | [{rule.slug}]({rule.slug}.md) | {rule.severity} |") == 1


def test_no_brace_and_no_empty_block_is_left() -> None:
    for name, text in PAGES.items():
        prose = re.sub(r"```.*?```", "", text, flags=re.S)
        assert not re.search(r"\{\w+[^}]*\}", prose), name
        assert not re.search(r"```\w+\n\n?```", text), name


def test_a_page_says_what_the_rule_says() -> None:
    text = page(BY_SLUG["index-blocking"])
    for part in ("PW101", "`ShareLock` on `public.orders`", "postgresql_concurrently=True", "allow[index-blocking]"):
        assert part in text


def test_what_no_comment_can_allow_says_so() -> None:
    for rule in RULES:
        text = page(rule)
        assert ("only an approval accepts that" in text) is not rule.can_be_allowed
        assert (f"pgwright: allow[{rule.slug}]" in text) is rule.can_be_allowed


def test_writing_takes_away_pages_of_rules_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "no-longer-a-rule.md").write_text("old")
    write(tmp_path)
    assert {one.name for one in tmp_path.iterdir()} == set(PAGES)
