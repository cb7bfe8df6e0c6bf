"""reindex-blocking: indexes are built again while writers wait, and readers who would use them too.

Source: PostgreSQL documentation, REINDEX, "Rebuilding Indexes Concurrently".
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Reindex
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW103"
SEVERITY = "error"
SEEN = "lock"
ACTS = (Reindex,)
OBSERVE = Observation(lock="ShareLock", on="public.orders")
WHEN = "REINDEX {kind} {name} without CONCURRENTLY"
EFFECT = (
    "SHARE lock on {table} and ACCESS EXCLUSIVE on each index while it is built: writers wait, "
    "and so do queries that would plan with the index."
)
INSTEAD = """
with op.get_context().autocommit_block():
    op.execute({reindex!r})
"""
INSTEAD_SQL = """
{reindex};  -- outside a transaction
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
CREATE INDEX ix_orders_user ON orders (user_id);
"""
BAD = (
    revision(up='op.execute("REINDEX TABLE orders")'),
    revision(up='op.execute("REINDEX INDEX ix_orders_user")'),
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.execute("REINDEX INDEX ix_orders_user")
        """
    ),
)
GOOD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.execute("REINDEX TABLE CONCURRENTLY orders")
            op.execute("REINDEX (CONCURRENTLY) INDEX ix_orders_user")
        """
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Reindex):
        if act.concurrently:
            continue
        table, unknown = act.name, ""
        if act.kind == "index":
            standing = before.index(act.name)
            if standing is None and before.is_complete:
                continue
            table = standing[0].name if standing else f"the table of {act.name}"
            unknown = "" if standing else f"which table {act.name} is on"
        elif act.kind != "table":
            table = f"every table of the {act.kind}"
        if before.holds_rows(table):
            name = quoted(act.name) if act.name else ""
            reindex = f"REINDEX {act.kind.upper()} CONCURRENTLY {name}".strip()
            yield found(statement, unknown=unknown, kind=act.kind.upper(), name=act.name, table=table, reindex=reindex)
