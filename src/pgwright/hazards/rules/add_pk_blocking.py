"""add-pk-blocking: a primary key builds its index while nobody else can read or write the table.

Source: PostgreSQL documentation, ALTER TABLE, ADD table_constraint_using_index.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, Constraint
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW111"
SEVERITY = "error"
SEEN = "lock"
ACTS = (AddConstraint, AddColumn)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.orders")
WHEN = "PRIMARY KEY ({keys}) added to {table} without an index that stands already"
EFFECT = "ACCESS EXCLUSIVE lock on {table} while the index is built: nobody reads or writes it meanwhile."
INSTEAD = """
# first, in a revision of its own, require NOT NULL of the columns by a validated CHECK
with op.get_context().autocommit_block():
    op.execute({cleanup!r})
    op.create_index({name!r}, {table!r}, {columns!r}, unique=True, postgresql_concurrently=True)
op.execute({adopt!r})   # instant: the key takes the index over
"""
BEFORE = """
CREATE TABLE orders (id bigint NOT NULL, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = (
    revision(
        up='op.create_primary_key("orders_pkey", "orders", ["id"])',
        down='op.drop_constraint("orders_pkey", "orders")',
    ),
    revision(
        up='op.execute("ALTER TABLE orders ADD key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY")',
        down='op.drop_column("orders", "key")',
    ),
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.create_index("orders_pkey", "orders", ["id"], unique=True, postgresql_concurrently=True)
    op.execute("ALTER TABLE orders ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX orders_pkey")
    """,
    down='op.drop_constraint("orders_pkey", "orders")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for table, key in _keys(statement):
        if key.kind != "primary key" or key.using_index or not before.holds_rows(table):
            continue
        name = key.name or f"{table.rpartition('.')[2]}_pkey"
        yield found(
            statement,
            table=table,
            keys=", ".join(key.columns),
            columns=list(key.columns),
            name=name,
            cleanup=f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}",
            adopt=f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} PRIMARY KEY USING INDEX {quoted(name)}",
        )


def _keys(statement: Statement) -> Iterator[tuple[str, Constraint]]:
    for act in statement.of(AddConstraint):
        yield act.table, act.constraint
    for add in statement.of(AddColumn):
        yield from ((add.table, one) for one in add.column.constraints)
