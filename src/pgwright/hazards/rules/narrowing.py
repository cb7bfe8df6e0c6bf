"""narrowing: values that the running release may write no longer fit.

Source: PostgreSQL documentation, Data Types, Character and Numeric Types; SQLSTATE 22001 and 22003.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AlterType, Type
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW319"
SEVERITY = "error"
SEEN = "app"
ACTS = (AlterType,)
OBSERVE = Observation(app=("INSERT INTO orders (id, note, total) VALUES (1001, repeat('x', 40), 3000000000)",))
WHEN = "{table}.{column} changes from {old} to the narrower {new}"
EFFECT = "Code of the release that still runs may write what fitted {old} and is refused now (22001, 22003)."
INSTEAD = """
# 1. a release that writes only what fits {new}; 2. a CHECK ... NOT VALID that proves it, validated; 3. this revision
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(50), total bigint);
INSERT INTO orders SELECT g, 'n', g FROM generate_series(1, 500) g;
"""
BAD = (
    revision(
        up='op.alter_column("orders", "note", type_=sa.String(20))',
        down='op.alter_column("orders", "note", type_=sa.String(50))',
    ),
    revision(
        up='op.alter_column("orders", "total", type_=sa.Integer())',
        down='op.alter_column("orders", "total", type_=sa.BigInteger())',
    ),
)
GOOD = (
    revision(
        up='op.alter_column("orders", "note", type_=sa.Text())',
        down='op.alter_column("orders", "note", type_=sa.String(50))',
    ),
    revision(
        up='op.alter_column("orders", "total", type_=sa.Numeric())',
        down='op.alter_column("orders", "total", type_=sa.BigInteger())',
    ),
)
WIDTH = {"int2": 1, "int4": 2, "int8": 3}
TEXTS = ("text", "varchar", "bpchar")


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(AlterType):
        table = before.table(act.table)
        column = table.column(act.column)
        if column is not None and not table.is_new and _is_narrower(column.type, act.type):
            yield found(statement, table=act.table, column=act.column, old=column.type, new=act.type)


def _is_narrower(old: Type, new: Type) -> bool:
    """True when some value of the old type is refused by the new one."""
    if old.array != new.array:
        return False
    if old.name in WIDTH and new.name in WIDTH:
        return WIDTH[new.name] < WIDTH[old.name]
    if old.name in TEXTS and new.name in TEXTS:
        length = _length(new)
        return length is not None and (_length(old) is None or length < (_length(old) or 0))
    if old.name == new.name == "numeric" and new.modifiers:
        return not old.modifiers or _whole(new) < _whole(old)
    return old.name in ("numeric", "float8", "float4") and new.name in WIDTH


def _length(type_: Type) -> int | None:
    """Characters that fit; None without a limit."""
    if type_.modifiers:
        return type_.modifiers[0]
    return 1 if type_.name == "bpchar" else None


def _whole(type_: Type) -> int:
    """Digits before the point."""
    return type_.modifiers[0] - (type_.modifiers[1] if len(type_.modifiers) > 1 else 0)
