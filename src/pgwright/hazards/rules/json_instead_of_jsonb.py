"""json-instead-of-jsonb: json is kept as the text that came: no operator = , no index on it, parsed anew at each look.

Told for new tables; for a table in use json-column says more.
Source: PostgreSQL documentation, "JSON Types": most applications should prefer jsonb.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateTable
from pgwright.hazards.columns import typed_columns
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW804"
SEVERITY = "info"
SEEN = "catalog"
ACTS = (CreateTable,)
OBSERVE = Observation(query="SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'events'::regclass AND atttypid = 114)")
WHEN = "{table} is made with {columns} of type json"
EFFECT = "DISTINCT, GROUP BY and UNION over the column fail, no index finds anything in it."
INSTEAD = """
sa.Column({column!r}, postgresql.JSONB())
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY)"
BAD = revision(
    up='op.create_table("events", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("what", sa.JSON()))',
    down='op.drop_table("events")',
)
GOOD = revision(
    up='op.create_table("events", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("w", postgresql.JSONB()))',
    down='op.drop_table("events")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for table, columns in typed_columns(statement, "json").items():
        yield found(statement, table=table, columns=", ".join(columns), column=columns[0])
