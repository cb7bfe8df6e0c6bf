"""Whether ALTER COLUMN TYPE writes the table anew: told from the old type and the new one.

Source: PostgreSQL documentation, ALTER TABLE, notes; `ATColumnChangeRequiresRewrite` and the support functions of
length coercions (`varchar_support`, `numeric_support`, `timestamp_support`). Compared with a server of 18 for 45 pairs of
types; an array is written anew even where its elements would not be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pgwright.hazards.acts import AlterType, Expression, Type
from pgwright.hazards.known import Known

Answer = Literal["none", "rewrite", "unknown"]
SAME_BYTES = frozenset({("text", "varchar"), ("varchar", "text"), ("cidr", "inet"), ("xml", "text"),
                        ("text", "citext"), ("varchar", "citext"), ("citext", "text")})  # fmt: skip
MOMENTS = frozenset({"timestamp", "timestamptz"})
FRACTIONAL = MOMENTS | {"time", "timetz"}  # a modifier is a number of digits, six without one
_BUILTIN = """
int2 int4 int8 float4 float8 numeric text varchar bpchar bool date time timetz timestamp timestamptz interval json jsonb
uuid bytea inet cidr macaddr money bit varbit xml
"""
BUILTIN = frozenset(_BUILTIN.split())
UTC = frozenset({"utc", "etc/utc", "gmt", "etc/gmt", "0", "zulu", "universal", "uct"})


@dataclass(frozen=True, slots=True)
class TypeChange:
    """`old` is None when no readable revision tells it; `missing` names the fact that an unknown answer lacks."""

    answer: Answer
    old: Type | None = None
    missing: str = ""


def type_change(act: AlterType, before: Known) -> TypeChange:
    """What the statement does to the rows."""
    column = before.table(act.table).column(act.column)
    if act.using is not None and not _is_cast(act.using, act.column):
        return TypeChange("rewrite", column.type if column else None)
    if column is None:
        return TypeChange("unknown", None, f"the type that {act.table}.{act.column} has now")
    return _judged(column.type, act.type, before)


def _is_cast(using: Expression, column: str) -> bool:
    """`USING c` and `USING c::type` do what happens without them."""
    bare = using.text.replace('"', "").split("::")
    return bare[0] == column and len(bare) <= 2 and not using.functions


def _judged(old: Type, new: Type, before: Known) -> TypeChange:
    if old == new:
        return TypeChange("none", old)
    if {old.name, new.name} == MOMENTS and not old.array and not new.array:
        return _zoned(old, new, before)
    alike = old.name == new.name or (old.name, new.name) in SAME_BYTES
    if before.domains.get(new.name) or old.name in before.enums or new.name in before.enums:
        return TypeChange("rewrite", old)
    if alike and old.array == new.array:
        free = old.name == new.name and not new.modifiers if new.array else _is_wider(old, new)
        return TypeChange("none" if free else "rewrite", old)
    if not alike and {old.name, new.name} <= BUILTIN:
        return TypeChange("rewrite", old)
    return TypeChange("unknown", old, f"whether {old} and {new} have the same bytes")


def _zoned(old: Type, new: Type, before: Known) -> TypeChange:
    """Between timestamp and timestamptz the bytes are the same where local time is UTC."""
    zone = next((value for name, value in before.settings.items() if name.lower() == "timezone"), None)
    if zone is None:
        return TypeChange("unknown", old, "whether TimeZone is UTC, where nothing is written")
    return TypeChange("none" if zone.lower() in UTC and _is_wider(old, new) else "rewrite", old)


def _is_wider(old: Type, new: Type) -> bool:
    """True when the new modifiers take every value of the old ones as it is; the names are alike in their bytes."""
    if new.name in ("bpchar", "bit", "interval"):
        return new.modifiers == old.modifiers or (new.name == "interval" and not new.modifiers)
    if not new.modifiers:
        return True
    if new.name in FRACTIONAL:
        return new.modifiers[0] >= (old.modifiers[0] if old.modifiers else 6)
    if not old.modifiers:
        return False
    if new.name == "numeric":
        scales = [(*one.modifiers, 0)[1] for one in (old, new)]
        return scales[0] == scales[1] and new.modifiers[0] >= old.modifiers[0]
    return new.modifiers[0] >= old.modifiers[0]
