"""missing-using-cast: no cast from the old type to the new one happens by itself: ALTER TYPE needs USING.

Every type is cast to text by itself, and numbers to numbers; text to a number, a date or JSON is not.
Source: PostgreSQL documentation, ALTER TABLE, SET DATA TYPE; CREATE CAST (assignment casts); pg_cast; SQLSTATE 42804.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AlterType, Type
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW205"
SEVERITY = "error"
SEEN = "error"
ACTS = (AlterType,)
OBSERVE = Observation(error="42804")
WHEN = "{table}.{column} changes from {old} to {new} without USING"
EFFECT = "The server refuses it (42804, cannot be cast automatically): the revision fails, even with an empty table."
INSTEAD = """
op.alter_column({table!r}, {column!r}, type_=<type>, postgresql_using={using!r})
"""
BEFORE = """
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE orders (id bigint PRIMARY KEY, code text, paid boolean, total int, state varchar(10));
"""
BAD = (
    revision(
        up='op.alter_column("orders", "code", type_=sa.Integer())',
        down='op.alter_column("orders", "code", type_=sa.Text())',
    ),
    revision(
        up='op.alter_column("orders", "total", type_=sa.Boolean())',
        down='op.alter_column("orders", "total", type_=sa.Integer(), postgresql_using="total::int")',
    ),
    revision(
        up='op.alter_column("orders", "state", type_=postgresql.ENUM("open", "paid", name="state", create_type=False))',
        down='op.alter_column("orders", "state", type_=sa.String(10))',
    ),
    sql("ALTER TABLE orders ALTER code TYPE jsonb", "ALTER TABLE orders ALTER code TYPE text"),
)
GOOD = (
    revision(
        up='op.alter_column("orders", "code", type_=sa.Integer(), postgresql_using="code::integer")',
        down='op.alter_column("orders", "code", type_=sa.Text())',
    ),
    revision(
        up='op.alter_column("orders", "total", type_=sa.Numeric())',
        down='op.alter_column("orders", "total", type_=sa.Integer())',
    ),
    revision(
        up='op.alter_column("orders", "paid", type_=sa.Text())',
        down='op.alter_column("orders", "paid", type_=sa.Boolean(), postgresql_using="paid::boolean")',
    ),
)
# Types of one group are cast to each other on assignment; between two groups nothing is, but everything is to text.
GROUPS = {
    **dict.fromkeys(("int2", "int4", "int8", "float4", "float8", "numeric"), "number"),
    **dict.fromkeys(("text", "varchar", "bpchar"), "text"),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), "moment"),
    **dict.fromkeys(("json", "jsonb"), "json"),
    "bool": "bool",
    "uuid": "uuid",
}


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(AlterType):
        old = before.table(act.table).column(act.column)
        if act.using or old is None:
            continue
        was, becomes = _group(old.type, before), _group(act.type, before)
        if was and becomes and was != becomes and becomes != "text":
            yield found(
                statement,
                table=act.table,
                column=act.column,
                old=old.type,
                new=act.type,
                using=f"{quoted(act.column)}::{act.type}",
            )


def _group(type_: Type, before: Known) -> str:
    """The group of the type, or nothing when its casts are not known here."""
    if type_.array:
        return ""
    return f"enum {type_.name}" if type_.name in before.enums else GROUPS.get(type_.name, "")
