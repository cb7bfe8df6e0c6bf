"""Comments that accept a finding: what they cover, and what is said about those that should not be there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pgwright.hazards import sqlfile
from pgwright.hazards.judge import judge
from pgwright.hazards.known import Known
from pgwright.hazards.rules import BY_SLUG, RULES
from pgwright.hazards.suppression import bound, read, settle

TODAY = date(2026, 6, 1)
BUILD = "CREATE INDEX i ON t (a);"


def settled(text: str) -> tuple[list[str], list[str]]:
    """(rules that stand, reasons of what is accepted) for an SQL file."""
    revision = sqlfile.read(Path("x.sql"), text)
    standing, allowed = settle(judge(revision, Known(), RULES), text, "x.sql", BY_SLUG, TODAY)
    return [one.rule for one in standing], [one.reason for one in allowed]


@pytest.mark.parametrize(
    "text",
    [
        f'-- pgwright: allow[index-blocking] reason="ten rows"\n{BUILD}',
        f'{BUILD} -- pgwright: allow[index-blocking] reason="ten rows"',
        f"-- pgwright: allow[ index-blocking ,rename-column] reason='ten rows' until=2026-06-01\n-- why\n\n{BUILD}\n"
        .replace(",rename-column", ""),
        '-- pgwright: allow[index-blocking] reason="ten rows"\nCREATE INDEX i\n  ON t (a);',
        'CREATE INDEX i\n  ON t (a); -- pgwright: allow[index-blocking] reason="ten rows"',
        f'-- pgwright: allow[index-blocking] reason="ten rows" statement={bound(BUILD)}\ncreate  index i ON t (a);',
    ],
)  # fmt: skip
def test_on_or_above_the_statement(text: str) -> None:
    assert settled(text) == ([], ["ten rows"])


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        (f"-- pgwright: allow[index-blocking]\n{BUILD}", ["suppression-without-reason", "index-blocking"]),
        (
            f'-- pgwright: allow[index-blocking] reason="x" until=2026-05-31\n{BUILD}',
            ["suppression-expired", "index-blocking"],
        ),
        (
            f'-- pgwright: allow[index-blocking] reason="x" until=soon\n{BUILD}',
            ["suppression-expired", "index-blocking"],
        ),
        (
            f'-- pgwright: allow[index-blocking] reason="x"\nSELECT 1;\n{BUILD}',
            ["suppression-unused", "index-blocking"],
        ),
        ('-- pgwright: allow[index-blocking] reason="x"\nSELECT 1;', ["suppression-unused"]),
        (f'-- pgwright: allow[index-blokcing] reason="x"\n{BUILD}', ["suppression-unknown-rule", "index-blocking"]),
        (f'-- pgwright: allow[] reason="x"\n{BUILD}', ["suppression-unknown-rule", "index-blocking"]),
        (
            '-- pgwright: allow[drop-column] reason="x"\nALTER TABLE t DROP a;',
            ["suppression-refused", "drop-column"],
        ),
        (
            f'-- pgwright: allow[index-blocking] reason="x" statement={bound("CREATE INDEX j ON t (a)")}\n{BUILD}',
            ["suppression-stale", "index-blocking"],
        ),
    ],
)
def test_a_comment_that_does_not_count_is_a_finding_and_accepts_nothing(text: str, standing: list[str]) -> None:
    assert settled(text) == (standing, [])


def test_one_comment_for_two_rules() -> None:
    text = '-- pgwright: allow[index-blocking, rename-column] reason="x"\nCREATE INDEX i ON t (a);'
    assert settled(text) == (["suppression-unused"], ["x"])


PYTHON = """
def upgrade():
    # pgwright: allow[a] reason="above"
    op.create_index(
        "a",
        ["b"],  # pgwright: allow[b] reason="inside"
        # pgwright: allow[c] reason="alone inside"
    )
    text = "# pgwright: allow[not-a-comment]"
    # pgwright: allow[d] reason="head"
    with op.get_context().autocommit_block():
        op.execute("x")  # pgwright: allow[e] reason="after"
"""


def test_the_lines_that_a_comment_in_python_speaks_about() -> None:
    found = {one.rules[0]: (one.first, one.last) for one in read(PYTHON, is_sql=False)}
    assert found == {"a": (4, 8), "b": (4, 8), "c": (4, 8), "d": (11, 11), "e": (12, 12)}
