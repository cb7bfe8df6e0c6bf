"""set-not-null-scan: SET NOT NULL reads the whole table while nobody else can.

PostgreSQL 12 and later skip the scan when a validated CHECK proves it. A primary key out of an index that stands scans
for its nullable columns too (measured on 18).
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
WHEN = "{how} on {table}.{column} with no validated CHECK that proves it"
EFFECT = "ACCESS EXCLUSIVE lock on {table} while every row is read: nobody reads or writes it meanwhile."
INSTEAD = """
op.execute({add!r})        # instant
# in a second transaction: reads the table while others read and write it
op.execute({validate!r})
op.alter_column({table!r}, {column!r}, nullable=False)   # finds the CHECK and skips its scan
op.drop_constraint({name!r}, {table!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint, code bigint, note text, state text CONSTRAINT state_set CHECK (state IS NOT NULL));
INSERT INTO orders SELECT g, g, 'n', 's' FROM generate_series(1, 500) g;
"""
BAD = (
    revision(
        up='op.alter_column("orders", "note", nullable=False)',
        down='op.alter_column("orders", "note", nullable=True)',
    ),
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.create_index("orders_code", "orders", ["code"], unique=True, postgresql_concurrently=True)
        op.execute("ALTER TABLE orders ADD CONSTRAINT orders_code PRIMARY KEY USING INDEX orders_code")
        """,
        down='op.drop_constraint("orders_code", "orders")',
    ),
)
GOOD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.execute("ALTER TABLE orders ADD CONSTRAINT note_set CHECK (note IS NOT NULL) NOT VALID")
            op.execute("ALTER TABLE orders VALIDATE CONSTRAINT note_set")
            op.alter_column("orders", "note", nullable=False)
            op.drop_constraint("note_set", "orders")
        """,
        down='op.alter_column("orders", "note", nullable=True)',
    ),
    revision(  # the CHECK of an earlier revision proves it
        up='op.alter_column("orders", "state", nullable=False)',
        down='op.alter_column("orders", "state", nullable=True)',
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for how, table, column in _required(statement, before):
        if not before.holds_rows(table) or before.table(table).proves_not_null(column):
            continue
        name = f"{table.replace('.', '_')}_{column}_not_null"
        add = (
            f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} CHECK ({quoted(column)} IS NOT NULL) NOT VALID"
        )
        yield found(
            statement,
            how=how,
            table=table,
            column=column,
            name=name,
            add=add,
            validate=f"ALTER TABLE {quoted(table)} VALIDATE CONSTRAINT {quoted(name)}",
            unknown="" if before.table(table).is_known else f"whether a CHECK on {table} proves it already",
        )


def _required(statement: Statement, before: Known) -> Iterator[tuple[str, str, str]]:
    """Columns that must not be null from here on: SET NOT NULL, its named form (18), a primary key out of an index."""
    for act in statement.of(SetNotNull):
        yield "SET NOT NULL", act.table, act.column
    for add in statement.of(AddConstraint):
        key = add.constraint
        if key.kind == "not null" and key.validated:
            yield from (("SET NOT NULL", add.table, column) for column in key.columns)
        elif key.kind == "primary key" and key.using_index:
            schema = add.table.rpartition(".")[0]
            standing = before.index(f"{schema}.{key.using_index}" if schema else key.using_index)
            columns = standing[1].index.keys if standing else ()
            yield from (("PRIMARY KEY USING INDEX", add.table, column) for column in columns)
