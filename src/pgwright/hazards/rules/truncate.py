"""truncate: every row of a table that stood before goes, and of the tables that CASCADE reaches.

Source: PostgreSQL documentation, TRUNCATE, CASCADE.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Truncate
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW403"
SEVERITY = "error"
SEEN = "rows"
ACTS = (Truncate,)
DATA_LOSS = True
OBSERVE = Observation(query="SELECT count(*) = 0 FROM orders")
WHEN = "{table} is emptied by TRUNCATE{also}"
EFFECT = "Every row of {table} is gone for good; no downgrade brings it back, and nobody reads the table until commit."
INSTEAD = """
# rows that are still wanted by nobody: in batches, each its own transaction, with the approval that data loss needs
op.execute("DELETE FROM ... WHERE <which of {table}> ...")
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = revision(up='op.execute("TRUNCATE orders")')
GOOD = revision(
    up="""
    op.create_table("staging", sa.Column("id", sa.BigInteger(), primary_key=True))
    op.execute("INSERT INTO staging SELECT id FROM orders")
    op.execute("TRUNCATE staging")
    """,
    down='op.drop_table("staging")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Truncate):
        if before.holds_rows(act.table):
            children = sorted({table.name for table, _, _ in before.referencing(act.table)} - {act.table})
            reached = f", and by CASCADE {', '.join(children)}" if act.cascade and children else ""
            yield found(statement, table=act.table, also=reached)
