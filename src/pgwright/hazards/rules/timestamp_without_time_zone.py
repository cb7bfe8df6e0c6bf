"""timestamp-without-time-zone: a clock reading without saying where: which moment it is depends on who reads it.

Source: PostgreSQL documentation, "Date/Time Types"; "Time Zones".
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AlterType, CreateTable
from pgwright.hazards.columns import typed_columns
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW805"
SEVERITY = "info"
SEEN = "catalog"
ACTS = (CreateTable, AddColumn, AlterType)
OBSERVE = Observation(
    query="SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND atttypid = 1114)"
)
WHEN = "{columns} of {table} get the type timestamp without time zone"
EFFECT = "now() is stored as the session's local time; sessions of two time zones write readings that cannot be compared."
INSTEAD = """
sa.Column({column!r}, sa.DateTime(timezone=True))
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY, day date)"
BAD = revision(
    up='op.add_column("orders", sa.Column("paid_at", sa.DateTime()))',
    down='op.drop_column("orders", "paid_at")',
)
GOOD = revision(
    up='op.add_column("orders", sa.Column("paid_at", sa.DateTime(timezone=True)))',
    down='op.drop_column("orders", "paid_at")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for table, columns in typed_columns(statement, "timestamp").items():
        yield found(statement, table=table, columns=", ".join(columns), column=columns[0])
