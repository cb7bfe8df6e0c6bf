"""invalid-index-kept: IF NOT EXISTS keeps the invalid index that a failed CONCURRENTLY build left behind.

The name is taken, so the second try says "already exists, skipping" and succeeds; no query ever uses the index, and a
unique one does not even guard all rows.
Source: PostgreSQL documentation, CREATE INDEX, "Building Indexes Concurrently"; measured on 18.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateIndex, Drop
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW104"
SEVERITY = "error"
SEEN = "catalog"
ACTS = (CreateIndex,)
OBSERVE = Observation(query="SELECT NOT indisvalid FROM pg_index WHERE indexrelid = 'ix_orders_user'::regclass")
WHEN = "CREATE INDEX CONCURRENTLY IF NOT EXISTS {index} on {table}, without a drop of what a failed build left"
EFFECT = (
    "When an earlier try failed, its invalid index has the name: this statement does nothing and succeeds, "
    "and {index} stays an index that no query uses."
)
INSTEAD = """
with op.get_context().autocommit_block():
    op.execute({cleanup!r})
    op.create_index({index!r}, {table!r}, {columns!r}, {unique}postgresql_concurrently=True)
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
CREATE INDEX ix_orders_user ON orders (user_id);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_orders_user'::regclass;
"""
BAD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.create_index("ix_orders_user", "orders", ["user_id"], postgresql_concurrently=True, if_not_exists=True)
    """,
    down="""
    with op.get_context().autocommit_block():
        op.drop_index("ix_orders_user", table_name="orders", postgresql_concurrently=True)
    """,
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_orders_user")
        op.create_index("ix_orders_user", "orders", ["user_id"], postgresql_concurrently=True, if_not_exists=True)
    """,
    down="""
    with op.get_context().autocommit_block():
        op.drop_index("ix_orders_user", table_name="orders", postgresql_concurrently=True)
    """,
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(CreateIndex):
        name = act.index.name
        if not name or not act.concurrently or not act.if_not_exists or not before.holds_rows(act.table):
            continue
        if _is_dropped_first(name, before):
            continue
        yield found(
            statement,
            index=name,
            table=act.table,
            columns=list(act.index.keys),
            unique="unique=True, " if act.index.unique else "",
            cleanup=f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}",
        )


def _is_dropped_first(name: str, before: Known) -> bool:
    drops = (act for one in before.done for act in one.of(Drop) if act.kind == "index")
    return any(act.name.rpartition(".")[2] == name for act in drops)
