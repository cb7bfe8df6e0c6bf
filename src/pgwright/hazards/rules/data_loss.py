"""data-loss: DELETE on a table in use, or a schema or type that takes tables and columns with it.

DROP TYPE ... CASCADE drops the columns of that type, not only the type.
Source: PostgreSQL documentation, DELETE; DROP SCHEMA; DROP TYPE, CASCADE.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Delete, Drop
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW404"
SEVERITY = "error"
SEEN = "rows"
ACTS = (Delete, Drop)
DATA_LOSS = True
OBSERVE = Observation(
    query="""
    SELECT (SELECT count(*) < 500 FROM orders) OR to_regclass('archive.old') IS NULL
        OR NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'state')
    """
)
WHEN = "{what} takes {victims}"
EFFECT = "What was in it is gone for good, and no downgrade brings it back."
INSTEAD = """
# keep it: mark rows instead of deleting them, move {victims} out of the way and drop them in a later release,
# with the approval that data loss needs
"""
BEFORE = """
CREATE TYPE mood AS ENUM ('new', 'paid');
CREATE TABLE orders (id bigint PRIMARY KEY, note text, state mood);
INSERT INTO orders SELECT g, 'n', 'new' FROM generate_series(1, 500) g;
CREATE SCHEMA archive;
CREATE TABLE archive.old (id bigint PRIMARY KEY);
"""
BAD = (
    revision(up='op.execute("DELETE FROM orders")'),
    revision(up='op.execute("DELETE FROM orders WHERE id < 10")'),
    revision(up='op.execute("DROP SCHEMA archive CASCADE")'),
    revision(up='op.execute("DROP TYPE mood CASCADE")'),
)
GOOD = revision(
    up='op.add_column("orders", sa.Column("deleted_at", sa.DateTime(timezone=True)))',
    down='op.drop_column("orders", "deleted_at")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Delete):
        if before.holds_rows(act.table):
            part = "every row" if act.where is None else "rows"
            yield found(statement, what="DELETE", victims=f"{part} of {act.table}")
    for drop in statement.of(Drop):
        if drop.cascade and drop.kind in ("schema", "type", "domain"):
            victims = _tables(drop, before) if drop.kind == "schema" else _columns(drop, before)
            what = f"DROP {drop.kind.upper()} {drop.name} CASCADE"
            if victims:
                yield found(statement, what=what, victims=", ".join(victims))
            elif not before.is_complete:
                unknown = f"what depends on {drop.name}"
                yield found(statement, what=what, victims="all that depends on it", unknown=unknown)


def _tables(drop: Drop, before: Known) -> list[str]:
    return [name for name, one in before.tables.items() if name.startswith(f"{drop.name}.") and one.holds_rows]


def _columns(drop: Drop, before: Known) -> list[str]:
    """The columns of that type, in tables that stood before."""
    return [
        f"{table.name}.{column.name}"
        for table in before.tables.values()
        for column in table.columns.values()
        if table.holds_rows and column.type.name == drop.name
    ]
