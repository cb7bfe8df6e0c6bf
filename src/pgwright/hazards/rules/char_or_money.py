"""char-or-money: char(n) pads with blanks that comparisons ignore and LIKE does not; money changes with lc_monetary.

A limit of varchar(n) is not told: to widen it later touches no row.
Source: PostgreSQL documentation, "Character Types"; "Monetary Types".
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AlterType, CreateTable
from pgwright.hazards.columns import typed_columns
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW806"
SEVERITY = "info"
SEEN = "catalog"
ACTS = (CreateTable, AddColumn, AlterType)
OBSERVE = Observation(
    query="SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND atttypid IN (1042, 790))"
)
WHEN = "{columns} of {table} get the type {type}"
EFFECT = "{effect}"
INSTEAD = """
sa.Column({column!r}, {better})
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY)"
BAD = (
    revision(up='op.add_column("orders", sa.Column("code", sa.CHAR(8)))', down='op.drop_column("orders", "code")'),
    sql("ALTER TABLE orders ADD price money", "ALTER TABLE orders DROP price"),
)
GOOD = (
    revision(up='op.add_column("orders", sa.Column("code", sa.String(8)))', down='op.drop_column("orders", "code")'),
    revision(
        up='op.add_column("orders", sa.Column("price", sa.Numeric(12, 2)))', down='op.drop_column("orders", "price")'
    ),
)

SAID = {
    "bpchar": ("char(n)", "Shorter values come back with blanks at the end, which LIKE and length() see.", "sa.Text()"),
    "money": ("money", "What it shows and accepts follows lc_monetary: a dump read elsewhere has other amounts.",
              "sa.Numeric(12, 2)"),
}  # fmt: skip


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for name, (type_, effect, better) in SAID.items():
        for table, columns in typed_columns(statement, name).items():
            told = ", ".join(columns)
            yield found(
                statement, table=table, columns=told, column=columns[0], type=type_, effect=effect, better=better
            )
