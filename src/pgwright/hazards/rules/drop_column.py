"""drop-column: a column and what is in it go; no downgrade brings the values back.

Source: PostgreSQL documentation, ALTER TABLE, DROP COLUMN.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, DropColumn
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW304"
SEVERITY = "error"
SEEN = "app"
ACTS = (DropColumn,)
DATA_LOSS = True
OBSERVE = Observation(app=("SELECT id, note FROM orders",))
WHEN = "{table}.{column} is dropped"
EFFECT = "Its values are gone for good, and code of the release that still runs and names {column} fails at once."
INSTEAD = """
# 1. a release whose code no longer names {column}; 2. in a revision after it, with the approval that data loss needs:
op.drop_column({table!r}, {column!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = revision(
    up='op.execute("ALTER TABLE orders DROP note")',
    down='op.add_column("orders", sa.Column("note", sa.Text()))',
)
GOOD = (
    revision(
        up='op.alter_column("orders", "note", comment="unused since release 12")',
        down='op.alter_column("orders", "note", comment=None)',
    ),
    revision(  # one that this revision needed only for itself
        up="""
        op.add_column("orders", sa.Column("scratch", sa.Text()))
        op.drop_column("orders", "scratch")
        """
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(DropColumn):
        added = (one for statement in before.done for one in statement.of(AddColumn))
        is_own = any((one.table, one.column.name) == (act.table, act.column) for one in added)
        if not before.table(act.table).is_new and not is_own:
            yield found(statement, table=act.table, column=act.column)
