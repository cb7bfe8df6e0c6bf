"""unsupported-on-version: the server's major does not know this form, or partitioned tables do not.

Source: PostgreSQL documentation, CREATE INDEX, ALTER TABLE and "Partitioning, Limitations"; release notes 15, 17 and 18.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, Constraint, CreateIndex, CreateTable, SetGenerated
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW206"
SEVERITY = "error"
SEEN = "error"
ACTS = (CreateIndex, AddConstraint, AddColumn, CreateTable, SetGenerated)
NEWEST = 18  # no form that this looks for came later
WHEN = "{what}: PostgreSQL {version} has no such thing"
EFFECT = "The server refuses it ({why}): the revision fails whatever is in the database."
INSTEAD = """
# {instead}
"""
BEFORE = """
CREATE TABLE orders (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
"""
BAD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.create_index("ix_orders_id", "orders", ["id"], postgresql_concurrently=True)
        """,
        down='op.drop_index("ix_orders_id")',
    ),
    revision(
        up='op.create_unique_constraint("orders_id_key", "orders", ["id"])',
        down='op.drop_constraint("orders_id_key", "orders")',
    ),
    sql("CREATE TABLE visits (id bigint PRIMARY KEY, day date) PARTITION BY RANGE (day)", "DROP TABLE visits"),
)
GOOD = (
    revision(
        up="""
        op.execute("CREATE INDEX ix_orders_id ON ONLY orders (id)")
        with op.get_context().autocommit_block():
            op.create_index("ix_orders_2024_id", "orders_2024", ["id"], postgresql_concurrently=True)
        op.execute("ALTER INDEX ix_orders_id ATTACH PARTITION ix_orders_2024_id")
        """,
        down='op.drop_index("ix_orders_id")',
    ),
    revision(
        up='op.create_unique_constraint("orders_id_key", "orders", ["id", "day"])',
        down='op.drop_constraint("orders_id_key", "orders")',
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for what, why, instead in (*_partitioned(statement, before), *_newer(statement, before.version)):
        yield found(statement, what=what, why=why, instead=instead, version=before.version)


def _partitioned(statement: Statement, before: Known) -> Iterator[tuple[str, str, str]]:
    """What partitioned tables do not take."""
    for act in statement.of(CreateIndex):
        table = before.table(act.table)
        if table.is_partitioned and act.concurrently:
            yield (
                f"CREATE INDEX CONCURRENTLY on the partitioned table {act.table}",
                "0A000",
                f"CREATE INDEX ON ONLY {act.table}, CONCURRENTLY on each partition, then ALTER INDEX ATTACH PARTITION",
            )
        elif act.index.unique and set(table.partition_key) - set(act.index.keys):
            yield _without_key(f"unique index {act.index.name}", act.table, table.partition_key)
    for table_name, key, one in _constraints(statement, before):
        if one.kind in ("primary key", "unique") and not one.using_index and set(key) - set(one.columns):
            yield _without_key(f"{one.kind} on {', '.join(one.columns)}", table_name, key)
        elif one.kind == "foreign key" and key and not one.validated and before.version < 18:
            yield (
                f"NOT VALID foreign key on the partitioned table {table_name}",
                "42809",
                "add it to each partition first",
            )


def _without_key(what: str, table: str, key: tuple[str, ...]) -> tuple[str, str, str]:
    columns = ", ".join(key)
    return f"{what} of {table} without its partition key ({columns})", "0A000", f"take {columns} into the key"


def _constraints(statement: Statement, before: Known) -> Iterator[tuple[str, tuple[str, ...], Constraint]]:
    """Every constraint that the statement makes, with its table and the partition key of that."""
    for act in statement.acts:
        if isinstance(act, AddConstraint):
            yield act.table, before.table(act.table).partition_key, act.constraint
        elif isinstance(act, AddColumn):
            yield from ((act.table, before.table(act.table).partition_key, one) for one in act.column.constraints)
        elif isinstance(act, CreateTable):
            beside = [one for column in act.columns for one in column.constraints]
            yield from ((act.table, act.partition_key, one) for one in (*act.constraints, *beside))


def _newer(statement: Statement, version: int) -> Iterator[tuple[str, str, str]]:
    """Forms that a later major brought."""
    if version >= NEWEST:
        return
    for name, _, one in _constraints(statement, Known()):
        if not one.enforced and version < 18:
            yield f"NOT ENFORCED constraint on {name}", "42601, 18 has it", "leave the constraint out"
        if one.nulls_not_distinct and version < 15:
            yield f"NULLS NOT DISTINCT on {name}", "42601, 15 has it", "a unique index on an expression with coalesce()"
    for act in statement.of(CreateIndex):
        if act.index.nulls_not_distinct and version < 15:
            yield f"NULLS NOT DISTINCT on {act.table}", "42601, 15 has it", "a unique index with coalesce()"
    for column in (
        *(act.column for act in statement.of(AddColumn)),
        *(column for act in statement.of(CreateTable) for column in act.columns),
    ):
        if column.generated == "virtual" and version < 18:
            yield (
                f"virtual generated column {column.name}",
                "42601, 18 has it",
                "GENERATED ALWAYS AS (...) STORED, or a view",
            )
    for changed in statement.of(SetGenerated):
        if changed.expression and version < 17:
            yield f"SET EXPRESSION of {changed.column}", "42601, 17 has it", "drop the column and add it again"
