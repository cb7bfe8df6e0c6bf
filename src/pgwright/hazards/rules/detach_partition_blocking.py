"""detach-partition-blocking: a partition is detached while nobody may use the partitioned table.

The lock is short, but it waits for every running query, and everybody queues behind it.
Source: PostgreSQL documentation, ALTER TABLE, DETACH PARTITION (CONCURRENTLY since 14).
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import DetachPartition
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW121"
SEVERITY = "warning"
SEEN = "lock"
ACTS = (DetachPartition,)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.orders", short=True)
WHEN = "DETACH PARTITION {partition} from {table} without CONCURRENTLY"
EFFECT = (
    "ACCESS EXCLUSIVE on {table} and {partition}: it waits for every running query of any partition, "
    "and all who come later wait behind it."
)
INSTEAD = """
with op.get_context().autocommit_block():
    op.execute({detach!r})   # refused while {table} has a DEFAULT partition
"""
BEFORE = """
CREATE TABLE orders (id bigint) PARTITION BY RANGE (id);
CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (1000);
INSERT INTO orders SELECT g FROM generate_series(1, 500) g;
"""
BAD = revision(
    up='op.execute("ALTER TABLE orders DETACH PARTITION orders_1")',
    down='op.execute("ALTER TABLE orders ATTACH PARTITION orders_1 FOR VALUES FROM (0) TO (1000)")',
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE orders DETACH PARTITION orders_1 CONCURRENTLY")
    """,
    down='op.execute("ALTER TABLE orders ATTACH PARTITION orders_1 FOR VALUES FROM (0) TO (1000)")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(DetachPartition):
        if not act.concurrently and before.holds_rows(act.table):
            detach = f"ALTER TABLE {quoted(act.table)} DETACH PARTITION {quoted(act.partition)} CONCURRENTLY"
            yield found(statement, table=act.table, partition=act.partition, detach=detach)
