"""set-not-null-scan: SET NOT NULL reads the whole table while nobody else can.

PostgreSQL 12 and later skip the scan when a validated CHECK proves it.
Source: PostgreSQL documentation, ALTER TABLE, SET NOT NULL.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddConstraint, SetNotNull
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW108"
SEVERITY = "error"
SEEN = "lock"
ACTS = (SetNotNull, AddConstraint)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.orders")
WHEN = "SET NOT NULL on {table}.{column} with no validated CHECK that proves it"
EFFECT = "ACCESS EXCLUSIVE lock on {table} while every row is read: nobody reads or writes it meanwhile."
INSTEAD = """
op.execute({add!r})        # instant
# in a second transaction: reads the table while others read and write it
op.execute({validate!r})
op.alter_column({table!r}, {column!r}, nullable=False)   # finds the CHECK and skips its scan
op.drop_constraint({name!r}, {table!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = revision(
    up='op.alter_column("orders", "note", nullable=False)',
    down='op.alter_column("orders", "note", nullable=True)',
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE orders ADD CONSTRAINT note_set CHECK (note IS NOT NULL) NOT VALID")
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT note_set")
        op.alter_column("orders", "note", nullable=False)
        op.drop_constraint("note_set", "orders")
    """,
    down='op.alter_column("orders", "note", nullable=True)',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for table, column in _required(statement, before):
        if not before.holds_rows(table) or before.table(table).proves_not_null(column):
            continue
        name = f"{table.replace('.', '_')}_{column}_not_null"
        add = (
            f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} CHECK ({quoted(column)} IS NOT NULL) NOT VALID"
        )
        yield found(
            statement,
            table=table,
            column=column,
            name=name,
            add=add,
            validate=f"ALTER TABLE {quoted(table)} VALIDATE CONSTRAINT {quoted(name)}",
            unknown="" if before.table(table).is_known else f"whether a CHECK on {table} proves it already",
        )


def _required(statement: Statement, before: Known) -> Iterator[tuple[str, str]]:
    """Columns that must not be null from here on: SET NOT NULL, and the named form of PostgreSQL 18."""
    for act in statement.of(SetNotNull):
        yield act.table, act.column
    for add in statement.of(AddConstraint):
        if add.constraint.kind == "not null" and add.constraint.validated:
            yield from ((add.table, column) for column in add.constraint.columns)
