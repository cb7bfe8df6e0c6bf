"""attach-partition-scan: a table is read whole, locked, to prove that it fits the bounds it is attached with.

The proof is skipped when validated CHECKs imply the bounds and the key is known to be not null.
Source: PostgreSQL documentation, ALTER TABLE, ATTACH PARTITION.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AttachPartition
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW119"
SEVERITY = "error"
SEEN = "lock"
ACTS = (AttachPartition,)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.orders_1")
WHEN = "ATTACH PARTITION {partition} to {table} with no validated CHECK on {keys}"
EFFECT = "ACCESS EXCLUSIVE lock on {partition} while each of its rows is compared with the bounds: its users wait."
INSTEAD = """
op.create_check_constraint({check!r}, {partition!r}, "<the bounds, and the key IS NOT NULL>", postgresql_not_valid=True)
# in a second transaction: reads the table while others read and write it
op.execute({validate!r})
op.execute("ALTER TABLE {table} ATTACH PARTITION {partition} FOR VALUES ...")   # finds the CHECK and skips its scan
op.drop_constraint({check!r}, {partition!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint) PARTITION BY RANGE (id);
CREATE TABLE orders_1 (id bigint);
INSERT INTO orders_1 SELECT g FROM generate_series(1, 500) g;
"""
BAD = revision(
    up='op.execute("ALTER TABLE orders ATTACH PARTITION orders_1 FOR VALUES FROM (0) TO (1000)")',
    down='op.execute("ALTER TABLE orders DETACH PARTITION orders_1")',
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.execute(
            "ALTER TABLE orders_1 ADD CONSTRAINT bounds CHECK (id IS NOT NULL AND id >= 0 AND id < 1000) NOT VALID"
        )
        op.execute("ALTER TABLE orders_1 VALIDATE CONSTRAINT bounds")
        op.execute("ALTER TABLE orders ATTACH PARTITION orders_1 FOR VALUES FROM (0) TO (1000)")
        op.drop_constraint("bounds", "orders_1")
    """,
    down='op.execute("ALTER TABLE orders DETACH PARTITION orders_1")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(AttachPartition):
        if not before.holds_rows(act.partition) or act.default:  # of a DEFAULT no CHECK is told by reading
            continue
        part, keys = before.table(act.partition), before.table(act.table).partition_key
        if any(_is_proven(act, key, before) for key in keys):
            continue
        name = f"{act.partition.rpartition('.')[2]}_bounds"
        yield found(
            statement,
            unknown="" if part.is_known and keys else f"whether a CHECK on {act.partition} proves the bounds",
            table=act.table,
            partition=act.partition,
            keys=", ".join(keys) or "its key",
            check=name,
            validate=f"ALTER TABLE {quoted(act.partition)} VALIDATE CONSTRAINT {quoted(name)}",
        )


def _is_proven(act: AttachPartition, key: str, before: Known) -> bool:
    """A validated CHECK that names the key: taken to be the bounds, which only the server can compare."""
    checks = before.table(act.partition).constraints_on(key, "check")
    return any(one.validated and one.enforced for _, one in checks)
