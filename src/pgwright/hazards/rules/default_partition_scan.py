"""default-partition-scan: a new partition makes the server read the whole DEFAULT partition, locked.

It looks for rows that belong to the new one. A validated CHECK on the DEFAULT partition that excludes them skips it.
Source: PostgreSQL documentation, ALTER TABLE, ATTACH PARTITION; CREATE TABLE, PARTITION OF.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AttachPartition, CreateTable
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known, Table
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW120"
SEVERITY = "error"
SEEN = "lock"
ACTS = (CreateTable, AttachPartition)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.orders_rest")
WHEN = "a partition is added to {table} beside its DEFAULT partition {rest}"
EFFECT = (
    "ACCESS EXCLUSIVE lock on {rest} while its rows are searched for such as belong to {partition}: its users wait."
)
INSTEAD = """
op.create_check_constraint({check!r}, {rest!r}, "NOT (<key IS NOT NULL and the bounds>)", postgresql_not_valid=True)
# in a second transaction: reads the table while others read and write it
op.execute({validate!r})
# now the partition: it finds the CHECK and skips its scan
"""
BEFORE = """
CREATE TABLE orders (id bigint NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE orders_rest PARTITION OF orders DEFAULT;
CREATE TABLE orders_2 (id bigint NOT NULL);
INSERT INTO orders SELECT g FROM generate_series(1, 500) g;
"""
BAD = (
    sql(
        "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (1000) TO (2000)",
        "DROP TABLE orders_1",
    ),
    sql(
        "ALTER TABLE orders ATTACH PARTITION orders_2 FOR VALUES FROM (1000) TO (2000)",
        "ALTER TABLE orders DETACH PARTITION orders_2",
    ),
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.execute(
            "ALTER TABLE orders_rest ADD CONSTRAINT not_1 CHECK (NOT (id IS NOT NULL AND id >= 1000 AND id < 2000))"
            " NOT VALID"
        )
        op.execute("ALTER TABLE orders_rest VALIDATE CONSTRAINT not_1")
        op.execute("CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (1000) TO (2000)")
    """,
    down='op.drop_table("orders_1")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for parent, partition in _added(statement):
        rest = _default_of(parent, before)
        if rest is None or not rest.holds_rows or _excludes(rest, before.table(parent).partition_key):
            continue
        name = f"{rest.name.rpartition('.')[2]}_without_{partition.rpartition('.')[2]}"
        yield found(
            statement,
            table=parent,
            partition=partition,
            rest=rest.name,
            check=name,
            validate=f"ALTER TABLE {quoted(rest.name)} VALIDATE CONSTRAINT {quoted(name)}",
        )


def _added(statement: Statement) -> Iterator[tuple[str, str]]:
    """(parent, partition) of every partition that is not the DEFAULT itself."""
    for act in statement.acts:
        if isinstance(act, CreateTable) and act.partition_of and not act.partition_default:
            yield act.partition_of, act.table
        elif isinstance(act, AttachPartition) and not act.default:
            yield act.table, act.partition


def _default_of(parent: str, before: Known) -> Table | None:
    parts = (one for one in before.tables.values() if one.partition_of == parent)
    return next((one for one in parts if one.is_default_partition), None)


def _excludes(rest: Table, keys: tuple[str, ...]) -> bool:
    """A validated CHECK that names a key: taken to exclude the new bounds, which only the server can compare."""
    checks = (one for key in keys for _, one in rest.constraints_on(key, "check"))
    return any(one.validated and one.enforced for one in checks)
