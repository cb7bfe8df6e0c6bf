"""no-txn-statement: VACUUM, ALTER SYSTEM, CREATE DATABASE and their kin are refused inside a transaction.

Source: PostgreSQL documentation, the pages of those commands ("cannot be executed inside a transaction block"); 25001.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import DetachPartition, Maintain, Reindex
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW202"
SEVERITY = "error"
SEEN = "error"
ACTS = (Maintain, DetachPartition, Reindex)
OBSERVE = Observation(error="25001")
WHEN = "{command} inside a transaction"
EFFECT = "The server refuses it (25001, active SQL transaction): the revision fails whatever is in the database."
INSTEAD = """
with op.get_context().autocommit_block():
    op.execute({text!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint, day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE orders_2024 PARTITION OF orders FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
"""
BAD = (
    sql("VACUUM orders"),
    sql("ALTER SYSTEM SET work_mem = '8MB'"),
    sql(
        "ALTER TABLE orders DETACH PARTITION orders_2024 CONCURRENTLY",
        "ALTER TABLE orders ATTACH PARTITION orders_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
    ),
    sql("REINDEX SCHEMA public"),
)
GOOD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.execute("VACUUM orders")
            op.execute("ALTER TABLE orders DETACH PARTITION orders_2024 CONCURRENTLY")
        """,
        down="""
        op.execute(
            "ALTER TABLE orders ATTACH PARTITION orders_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"
        )
        """,
    ),
    sql("ANALYZE orders"),
)
REFUSED = frozenset(
    {"vacuum", "cluster", "alter system", "create database", "drop database", "create tablespace", "drop tablespace"}
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    if statement.transaction is None:
        return
    for command in _refused(statement):
        yield found(statement, command=command, text=statement.text)


def _refused(statement: Statement) -> Iterator[str]:
    """The commands of the statement that no transaction block takes, by name."""
    yield from (act.what.upper() for act in statement.of(Maintain) if act.what in REFUSED)
    yield from ("DETACH PARTITION CONCURRENTLY" for act in statement.of(DetachPartition) if act.concurrently)
    for act in statement.of(Reindex):
        if act.kind in ("schema", "database", "system") and not act.concurrently:
            yield f"REINDEX {act.kind.upper()}"
