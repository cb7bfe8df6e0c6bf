"""ddl-in-long-transaction: rows are read at length in a transaction that holds a table locked.

A table or a view made out of rows, a constraint of another table proven, ANALYZE: the lock taken earlier lasts as long.
Source: PostgreSQL documentation, "Explicit Locking": a lock is held until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateTable, CreateView, Maintain, RefreshView, ValidateConstraint
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.locks import WORDS
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW127"
SEVERITY = "warning"
SEEN = "lock"
ACTS = (CreateTable, CreateView, Maintain, RefreshView, ValidateConstraint)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.orders")
WHEN = "{what} while this transaction holds {mode} on {locked}"
EFFECT = "Everybody who needs {locked} waits until all rows that this reads are read and the transaction ends."
INSTEAD = """
# Put the long statement into a revision of its own, or let the transaction end first:
with op.get_context().autocommit_block():
    ...   # {what}
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, total int);
CREATE TABLE users (id bigint PRIMARY KEY, age int);
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
INSERT INTO users SELECT g, g FROM generate_series(1, 500) g;
ALTER TABLE users ADD CONSTRAINT adult CHECK (age > 0) NOT VALID;
"""
BAD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("state", sa.Text()))
        op.execute("CREATE MATERIALIZED VIEW sums AS SELECT id, total FROM orders")
        """,
        down="""
        op.execute("DROP MATERIALIZED VIEW sums")
        op.drop_column("orders", "state")
        """,
    ),
    revision(
        up="""
        op.add_column("orders", sa.Column("state", sa.Text()))
        op.execute("ALTER TABLE users VALIDATE CONSTRAINT adult")
        """,
        down='op.drop_column("orders", "state")',
    ),
    revision(
        up="""
        op.add_column("orders", sa.Column("state", sa.Text()))
        op.execute("CREATE TABLE copy AS SELECT * FROM users")
        """,
        down="""
        op.drop_table("copy")
        op.drop_column("orders", "state")
        """,
    ),
)
GOOD = revision(
    up="""
    op.add_column("orders", sa.Column("state", sa.Text()))
    with op.get_context().autocommit_block():
        op.execute("CREATE MATERIALIZED VIEW sums AS SELECT id, total FROM orders")
        op.execute("ALTER TABLE users VALIDATE CONSTRAINT adult")
    """,
    down="""
    op.execute("DROP MATERIALIZED VIEW sums")
    op.drop_column("orders", "state")
    """,
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    held = before.holding()
    if held is None:
        return
    for what, tables in _long(statement, held.table):
        if any(before.holds_rows(table) for table in tables):
            yield found(statement, what=what, locked=held.table, mode=WORDS[held.mode])


def _long(statement: Statement, locked: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What reads tables whole, as words, and the tables."""
    for act in statement.acts:
        match act:
            case CreateTable(from_query=True):
                yield f"CREATE TABLE {act.table} AS SELECT", act.like
            case CreateView(materialized=True):
                yield f"CREATE MATERIALIZED VIEW {act.view}", act.reads
            case RefreshView(concurrently=True):  # without it, refresh-matview-blocking
                yield f"REFRESH MATERIALIZED VIEW {act.view}", (act.view,)
            case Maintain("analyze"):
                yield "ANALYZE", act.tables
            case ValidateConstraint() if act.table != locked:  # of the same table: validate-same-txn
                yield f"VALIDATE CONSTRAINT {act.name}", (act.table,)
