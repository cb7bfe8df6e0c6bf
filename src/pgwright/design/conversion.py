"""How the values of one type become values of another, and back.

`forward` is an expression over the old column, `back` over the new one. The pair is `exact` when back(forward(v)) gives v
for every value that fits; only then can dropped values be computed again. `unfit` is true for old values that do not fit.
Sources: PostgreSQL documentation, Data Types; ALTER TABLE, Notes; 9.2 and 12 release notes for what is not rewritten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pgwright.design import column_type
from pgwright.design.column_type import ColumnType
from pgwright.design.source import quoted
from pgwright.schema.model import Schema

_WHOLE = {"int2": 15, "int4": 31, "int8": 63}
_TEXTS = ("text", "varchar", "bpchar")
_NO_EQUALITY = ("json", "xml", "point", "line", "box", "polygon", "circle", "path")
_EXACT = frozenset(
    [
        ("float4", "float8"), ("date", "timestamp"), ("jsonb", "json"), ("uuid", "text"), ("uuid", "varchar"),
        ("int2", "numeric"), ("int4", "numeric"), ("int8", "numeric"), ("int2", "text"), ("int4", "text"),
        ("int8", "text"), ("bool", "int4"), ("bool", "text"), ("inet", "text"), ("cidr", "inet"), ("varchar", "citext"),
        ("text", "citext"),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conversion:
    """Both ways between two types, as expressions over a column."""

    forward: str
    back: str
    exact: bool
    unfit: str = ""
    note: str = ""


def conversion(
    column: str, old: str, new: str, database: Schema, *, using: str | None = None, back: str | None = None
) -> Conversion:
    """The conversion that the types suggest, or the one that was given. Given expressions are never taken as exact."""
    here = quoted(column)
    if using is not None or back is not None:
        return Conversion(using or f"{here}::{new}", back or f"{here}::{old}", exact=False)
    before, after = column_type.parsed(old), column_type.parsed(new)
    if before.is_array or after.is_array:
        return Conversion(f"{here}::{new}", f"{here}::{old}", exact=False)
    return _known(here, before, after, database)


def _known(here: str, before: ColumnType, after: ColumnType, database: Schema) -> Conversion:
    plain = Conversion(f"{here}::{after.text}", f"{here}::{before.text}", (before.name, after.name) in _EXACT)
    is_text, to_text = before.name in _TEXTS, after.name in _TEXTS
    if before.name in _WHOLE and after.name in _WHOLE:
        return _whole(plain, here, _WHOLE[before.name], _WHOLE[after.name])
    if is_text and to_text and "bpchar" not in (before.name, after.name):
        unfit = f"char_length({here}) > {after.modifiers[0]}" if after.modifiers else ""
        return Conversion(here, here, exact=True, unfit=unfit)
    if is_text and column_type.labels_of(after.text, database) is not None:
        unfit = f"{here}::text <> ALL (enum_range(NULL::{after.text})::text[])"
        return replace(plain, exact=before.name != "bpchar", unfit=unfit)
    if column_type.labels_of(before.text, database) is not None:
        if column_type.labels_of(after.text, database) is not None:
            return Conversion(f"{here}::text::{after.text}", f"{here}::text::{before.text}", exact=True)
        return replace(plain, exact=to_text)
    return _dated(plain, here, before.name, after.name)


def _whole(plain: Conversion, here: str, old_bits: int, bits: int) -> Conversion:
    unfit = f"{here} NOT BETWEEN {-(2**bits)} AND {2**bits - 1}" if bits < old_bits else ""
    return replace(plain, exact=True, unfit=unfit)


def _dated(plain: Conversion, here: str, before: str, after: str) -> Conversion:
    """Casts between dates and times that depend on the session's time zone say UTC instead."""
    if {before, after} == {"timestamp", "timestamptz"}:
        utc, note = f"{here} AT TIME ZONE 'UTC'", "Values without a zone count as UTC; give `using` for another."
        return Conversion(utc, utc, exact=True, note=note)
    if (before, after) == ("date", "timestamptz"):
        midnight, day = f"{here}::timestamp AT TIME ZONE 'UTC'", f"({here} AT TIME ZONE 'UTC')::date"
        return Conversion(
            midnight, day, exact=True, note="A date becomes its midnight in UTC; give `using` for another."
        )
    return plain


def has_equality(type_text: str) -> bool:
    """Whether IS DISTINCT FROM works on the type; json and a few geometric ones have no equality."""
    return column_type.parsed(type_text).name not in _NO_EQUALITY


def is_binary(old: str, new: str) -> bool:
    """True when the values are stored alike and every old one is a new one: ALTER TYPE then reads and rewrites nothing."""
    before, after = column_type.parsed(old), column_type.parsed(new)
    if before.is_array or after.is_array or before.schema or after.schema:
        return False
    if before.name in ("varchar", "text") and after.name in ("varchar", "text"):
        return not after.modifiers or (bool(before.modifiers) and after.modifiers[0] >= before.modifiers[0])
    if before.name == after.name == "numeric":
        return not after.modifiers or _wider(before.modifiers, after.modifiers)
    if before.name == after.name and after.name in ("timestamp", "timestamptz", "time", "timetz", "varbit"):
        return not after.modifiers or (bool(before.modifiers) and after.modifiers[0] >= before.modifiers[0])
    return (before.name, after.name) == ("cidr", "inet")


def _wider(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """numeric(p, s) to a larger p with the same s."""
    if not before:
        return False
    (old_precision, old_scale), (precision, scale) = (*before, 0)[:2], (*after, 0)[:2]
    return old_scale == scale and precision >= old_precision
