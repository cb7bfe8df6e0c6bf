"""index-blocking: an index is built while writers wait.

Source: PostgreSQL documentation, CREATE INDEX, "Building Indexes Concurrently".
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateIndex
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW101"
SEVERITY = "error"
SEEN = "lock"
ACTS = (CreateIndex,)
OBSERVE = Observation(lock="ShareLock", on="public.orders")
WHEN = "CREATE INDEX without CONCURRENTLY on {table}, which held rows before this revision"
EFFECT = "SHARE lock on {table} for the whole build: every INSERT, UPDATE and DELETE waits until the index stands."
INSTEAD = """
with op.get_context().autocommit_block():
    op.execute({cleanup!r})
    op.create_index({index!r}, {table!r}, {columns!r}, {unique}postgresql_concurrently=True)
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
"""
BAD = revision(
    up='op.create_index("ix_orders_user", "orders", ["user_id"])',
    down='op.drop_index("ix_orders_user", table_name="orders")',
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_orders_user")
        op.create_index("ix_orders_user", "orders", ["user_id"], postgresql_concurrently=True)
    """,
    down="""
    with op.get_context().autocommit_block():
        op.drop_index("ix_orders_user", table_name="orders", postgresql_concurrently=True)
    """,
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(CreateIndex):
        if act.concurrently or not before.holds_rows(act.table):
            continue
        if before.table(act.table).is_partitioned:  # index-on-partitioned-blocking: CONCURRENTLY is refused there
            continue
        name = act.index.name or f"ix_{act.table}"
        yield found(
            statement,
            table=act.table,
            index=name,
            columns=list(act.index.keys),
            unique="unique=True, " if act.index.unique else "",
            cleanup=f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}",
        )
