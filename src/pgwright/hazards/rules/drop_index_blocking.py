"""drop-index-blocking: an index is dropped while nobody else may touch its table.

The lock is short, but it waits for every running query, and everybody queues behind it.
Source: PostgreSQL documentation, DROP INDEX, CONCURRENTLY.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateIndex, Drop
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW102"
SEVERITY = "warning"
SEEN = "lock"
ACTS = (Drop,)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.orders", short=True)
WHEN = "DROP INDEX {index} without CONCURRENTLY on {table}"
EFFECT = "ACCESS EXCLUSIVE on {table}: it waits for every running query, and all who come later wait behind it."
INSTEAD = """
with op.get_context().autocommit_block():
    op.drop_index({index!r}, postgresql_concurrently=True)   # the index of a partitioned table has no such form
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
CREATE INDEX ix_orders_user ON orders (user_id);
"""
BAD = (
    revision(
        up='op.drop_index("ix_orders_user", table_name="orders")',
        down='op.create_index("ix_orders_user", "orders", ["user_id"])',
    ),
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.execute("DROP INDEX IF EXISTS ix_orders_user")
        """,
        down='op.create_index("ix_orders_user", "orders", ["user_id"])',
    ),
)
GOOD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.drop_index("ix_orders_user", table_name="orders", postgresql_concurrently=True)
        """,
        down="""
        with op.get_context().autocommit_block():
            op.create_index("ix_orders_user", "orders", ["user_id"], postgresql_concurrently=True)
        """,
    ),
    revision(
        up="""
        op.create_table("notes", sa.Column("text", sa.Text()))
        op.create_index("ix_notes_text", "notes", ["text"])
        op.drop_index("ix_notes_text", table_name="notes")
        """,
        down='op.drop_table("notes")',
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Drop):
        if act.kind != "index" or act.concurrently or _is_of_this_revision(act.name, before):
            continue
        standing = before.index(act.name)
        if standing is not None:
            table, _ = standing
            if table.holds_rows:
                yield found(statement, index=act.name, table=table.name)
        elif not before.is_complete:
            unknown = f"which table {act.name} is on"
            yield found(statement, unknown=unknown, index=act.name, table=f"the table of {act.name}")


def _is_of_this_revision(name: str, before: Known) -> bool:
    return any(act.index.name == name.rpartition(".")[2] for one in before.done for act in one.of(CreateIndex))
