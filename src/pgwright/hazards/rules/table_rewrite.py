"""table-rewrite: the statement writes the whole table anew, whatever is in it.

VACUUM FULL, CLUSTER, SET LOGGED and UNLOGGED, another access method or tablespace, and (17 and later) SET EXPRESSION.
Source: PostgreSQL documentation, ALTER TABLE, VACUUM, CLUSTER; measured on 18.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Rewrite, SetGenerated
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW117"
SEVERITY = "error"
SEEN = "rewrite"
ACTS = (Rewrite, SetGenerated)
WHEN = "{how} of {table}"
EFFECT = "The whole of {table} is written anew under ACCESS EXCLUSIVE: nobody reads or writes it meanwhile."
INSTEAD = """
# Not in a migration: pg_repack writes {table} anew while others use it, or move to a new table in batches.
# For room inside the table, which an ordinary VACUUM frees:
with op.get_context().autocommit_block():
    op.execute("VACUUM {name}")
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = (
    sql("ALTER TABLE orders SET UNLOGGED", "ALTER TABLE orders SET LOGGED"),
    sql("CLUSTER orders USING orders_pkey"),
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.execute("VACUUM (FULL) orders")
        """
    ),
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.execute("VACUUM orders")
    """
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if isinstance(act, Rewrite):
            how = act.how.upper()
        elif isinstance(act, SetGenerated) and act.expression is not None:
            column = before.table(act.table).column(act.column)
            if column is not None and column.generated == "virtual":  # nothing is stored
                continue
            how = f"SET EXPRESSION of the stored column {act.column}"
        else:
            continue
        if act.table == "*" or before.holds_rows(act.table):
            name = "" if act.table == "*" else act.table
            yield found(statement, how=how, table=name or "every table", name=name)
