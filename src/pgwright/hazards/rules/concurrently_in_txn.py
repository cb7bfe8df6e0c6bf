"""concurrently-in-txn: CONCURRENTLY needs transactions of its own; inside one the server refuses it.

Alembic opens a transaction for each revision, so the refusal is certain. REFRESH ... CONCURRENTLY is allowed inside one.
Source: PostgreSQL documentation, CREATE INDEX, DROP INDEX and REINDEX; SQLSTATE 25001.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateIndex, Drop, Reindex
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW201"
SEVERITY = "error"
SEEN = "error"
ACTS = (CreateIndex, Drop, Reindex)
OBSERVE = Observation(error="25001")
WHEN = "{command} CONCURRENTLY inside a transaction"
EFFECT = "The server refuses it (25001, active SQL transaction): the revision fails whatever is in the database."
INSTEAD = """
with op.get_context().autocommit_block():
    op.execute({text!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX ix_orders_note ON orders (note);
CREATE MATERIALIZED VIEW totals AS SELECT id, note FROM orders;
CREATE UNIQUE INDEX totals_id ON totals (id);
"""
BAD = (
    revision(
        up='op.create_index("ix_orders_id_note", "orders", ["id", "note"], postgresql_concurrently=True)',
        down='op.drop_index("ix_orders_id_note")',
    ),
    sql("DROP INDEX CONCURRENTLY ix_orders_note", "CREATE INDEX ix_orders_note ON orders (note)"),
    sql("REINDEX INDEX CONCURRENTLY ix_orders_note", "SELECT 1"),
)
GOOD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.create_index("ix_orders_id_note", "orders", ["id", "note"], postgresql_concurrently=True)
        """,
        down="""
        with op.get_context().autocommit_block():
            op.drop_index("ix_orders_id_note", postgresql_concurrently=True)
        """,
    ),
    sql("REFRESH MATERIALIZED VIEW CONCURRENTLY totals"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    if statement.transaction is None:
        return
    for command in _concurrent(statement):
        yield found(statement, command=command, text=statement.text)


def _concurrent(statement: Statement) -> Iterator[str]:
    """The commands of the statement that are CONCURRENTLY, by name."""
    yield from ("CREATE INDEX" for act in statement.of(CreateIndex) if act.concurrently)
    yield from ("DROP INDEX" for act in statement.of(Drop) if act.concurrently)
    yield from (f"REINDEX {act.kind.upper()}" for act in statement.of(Reindex) if act.concurrently)
