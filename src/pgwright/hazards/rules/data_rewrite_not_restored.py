"""data-rewrite-not-restored: upgrade writes other values over those that were there, downgrade restores the schema alone.

Source: PostgreSQL documentation, UPDATE: the row's former version is gone after commit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import Drop, DropColumn, Update
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision, Script

CODE = "PW507"
SEVERITY = "warning"
SEEN = "rows"
ACTS = (Update,)
PHASES = ("downgrade",)
OBSERVE = Observation(after="down", query="SELECT NOT EXISTS (SELECT FROM orders WHERE note = 'n')")
WHEN = "upgrade overwrites {table}.{column}; downgrade does not write it back"
EFFECT = "After a downgrade the former release reads values of {column} that it never wrote."
INSTEAD = """
# in upgrade(): keep what is overwritten; in downgrade(): write it back before the copy goes
op.add_column({table!r}, sa.Column({kept!r}, <type of {column}>))
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 200) g;
"""
BAD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("code", sa.Text()))
        op.execute("UPDATE orders SET note = upper(note)")
        """,
        down='op.drop_column("orders", "code")',
    ),
    revision(up="""op.execute("UPDATE orders SET note = upper(note)")"""),
)
GOOD = revision(
    up="""
    op.add_column("orders", sa.Column("note_before", sa.Text()))
    op.execute("UPDATE orders SET note_before = note, note = upper(note)")
    """,
    down="""
    op.execute("UPDATE orders SET note = note_before")
    op.drop_column("orders", "note_before")
    """,
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    down = revision.downgrade
    if down is None or revision.revision is None or down.read != "full" or down.raises:
        return
    restored = set(_written(down))
    for statement in revision.upgrade.statements:
        for act in statement.of(Update):
            table = before.table(act.table)
            if not table.holds_rows or act.table in restored:
                continue
            for column in act.columns:
                is_old = table.column(column) is not None and f"{act.table}.{column}" not in restored
                if is_old and not _only_nulls(act, column):
                    kept = f"{column}_before"
                    yield found(statement, phase="downgrade", table=act.table, column=column, kept=kept)


def _written(script: Script) -> Iterator[str]:
    """Columns that the script writes or drops, and tables that it drops."""
    for act in (act for statement in script.statements for act in statement.acts):
        if isinstance(act, Update):
            yield from (f"{act.table}.{column}" for column in act.columns)
        elif isinstance(act, DropColumn):
            yield f"{act.table}.{act.column}"
        elif isinstance(act, Drop):
            yield act.name


def _only_nulls(act: Update, column: str) -> bool:
    """True when the statement fills the column where it is null: nothing is written over."""
    return act.where is not None and bool(re.search(rf'\b{re.escape(column)}"?\s+IS\s+NULL', act.where.text, re.I))
