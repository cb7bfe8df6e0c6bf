"""drop-table: a table and all rows in it go; no downgrade brings them back.

Source: PostgreSQL documentation, DROP TABLE.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Drop
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW306"
SEVERITY = "error"
SEEN = "app"
ACTS = (Drop,)
DATA_LOSS = True
OBSERVE = Observation(app=("SELECT id, note FROM orders",))
WHEN = "table {table} is dropped"
EFFECT = "Its rows are gone for good, and code of the release that still runs and names {table} fails at once."
INSTEAD = """
# 1. a release whose code no longer names {table}; 2. in a revision after it, with the approval that data loss needs:
op.drop_table({table!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = (
    revision(up='op.drop_table("orders")'),
    sql("DROP TABLE IF EXISTS orders CASCADE"),
)
GOOD = (
    revision(
        up='op.create_table_comment("orders", "unused since release 12")',
        down='op.drop_table_comment("orders")',
    ),
    revision(
        up="""
        op.execute("CREATE TABLE filling AS SELECT id FROM orders")
        op.drop_table("filling")
        """,
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Drop):
        if act.kind != "table":
            continue
        table = before.table(act.name)
        absent = act.if_exists and before.is_complete and act.name not in before.tables
        if not table.is_new and not table.is_temporary and not absent:
            unknown = f"whether {act.name} is there" if act.if_exists and not table.is_known else ""
            yield found(statement, table=act.name, unknown=unknown)
