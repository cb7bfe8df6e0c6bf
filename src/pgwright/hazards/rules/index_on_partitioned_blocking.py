"""index-on-partitioned-blocking: an index of a partitioned table is built on every partition while writers of all wait.

CONCURRENTLY is refused on a partitioned table (0A000), so the index is put together from its parts.
Source: PostgreSQL documentation, CREATE INDEX, ONLY and "Building Indexes Concurrently"; ALTER INDEX, ATTACH PARTITION.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateIndex
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW105"
SEVERITY = "error"
SEEN = "lock"
ACTS = (CreateIndex,)
OBSERVE = Observation(lock="ShareLock")
WHEN = "CREATE INDEX on the partitioned table {table} and all its partitions at once"
EFFECT = "SHARE lock on {table} and every partition until the last of their indexes stands: all writers wait."
INSTEAD = """
op.execute({parent!r})   # of the parent alone: invalid until all its parts are attached
with op.get_context().autocommit_block():
    for partition in {partitions!r}:
        part = f"{{partition}}_{index}"
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {{part}}")
        op.create_index(part, partition, {columns!r}, {unique}postgresql_concurrently=True)
        op.execute(f"ALTER INDEX {index} ATTACH PARTITION {{part}}")
"""
BEFORE = """
CREATE TABLE orders (id bigint, user_id bigint) PARTITION BY RANGE (id);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (1000);
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
"""
BAD = revision(
    up='op.create_index("ix_orders_user", "orders", ["user_id"])',
    down='op.drop_index("ix_orders_user", table_name="orders")',
)
GOOD = revision(
    up="""
    op.execute("CREATE INDEX ix_orders_user ON ONLY orders (user_id)")
    with op.get_context().autocommit_block():
        op.create_index("orders_1_user", "orders_1", ["user_id"], postgresql_concurrently=True)
        op.execute("ALTER INDEX ix_orders_user ATTACH PARTITION orders_1_user")
    """,
    down='op.drop_index("ix_orders_user", table_name="orders")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(CreateIndex):
        table = before.table(act.table)
        if act.concurrently or act.only or not table.is_partitioned or not table.holds_rows:
            continue
        name = act.index.name or f"ix_{act.table}"
        unique = "UNIQUE " if act.index.unique else ""
        keys = ", ".join(quoted(one) if one in table.columns else f"({one})" for one in act.index.keys)
        partitions = [one.name for one in before.tables.values() if one.partition_of == act.table]
        yield found(
            statement,
            table=act.table,
            index=name,
            columns=list(act.index.keys),
            partitions=partitions or ["<each partition>"],
            unique="unique=True, " if unique else "",
            parent=f"CREATE {unique}INDEX {quoted(name)} ON ONLY {quoted(act.table)} ({keys})",
        )
