"""Values at the edges of a type.

`edges` are the ones that ordinary application data holds and any migration has to live with. Integer extremes and text
of full width are not among them: a correct `SET cents = amount * 100` or `SET token = 'enc:' || token` fails on them
(seen in a real history), which is a matter of the data, so they are `extremes`.
"""

from __future__ import annotations

from pgwright.shadow.rows.datatype import DataType

_LONGEST = 1000  # of text without a limit
_LONG = 240  # still fits a varchar(255) that a revision copies it to

_EDGES: dict[str, tuple[str, ...]] = {
    "smallint": ("0", "-1"),
    "integer": ("0", "-1", "1000000"),
    "bigint": ("0", "-1", "9007199254740993"),  # 2^53 + 1: a way through double precision loses it
    "numeric": ("0", "-1"),
    "real": ("0", "-0.5"),
    "double precision": ("0", "-1.5", "1e15"),
    "date": ("1900-01-01", "2000-02-29", "2999-12-31"),
    "timestamp without time zone": ("1900-01-01 00:00:00", "2000-02-29 23:59:59.999999", "2999-12-31 23:59:59"),
    "timestamp with time zone": ("1900-01-01 00:00:00+00", "2000-02-29 23:59:59.999999+00", "2999-12-31 12:00:00+00"),
    "time without time zone": ("00:00:00", "23:59:59"),
    "interval": ("0", "-1 day", "1 year 2 mons"),
    "json": ("{}", '{"deep": {"list": [1, 2.50, null, "x"]}}'),
    "jsonb": ("{}", '{"deep": {"list": [1, 2.50, null, "x"]}}'),
    "bytea": ("", "\\xdeadbeef00"),
    "inet": ("::1", "192.168.0.1/24"),
}
_EXTREMES: dict[str, tuple[str, ...]] = {
    "smallint": ("32767", "-32768"),
    "integer": ("2147483647", "-2147483648"),
    "bigint": ("9223372036854775807", "-9223372036854775808"),
    "real": ("NaN", "Infinity", "3.4e38"),
    "double precision": ("NaN", "-Infinity", "1.7e308"),
    "date": ("infinity", "0001-01-01", "4714-11-24 BC"),
    "timestamp without time zone": ("infinity", "0001-01-01 00:00:00", "-infinity"),
    "timestamp with time zone": ("infinity", "0001-01-01 00:00:00+00", "-infinity"),
    "json": ("null", "[]", '"text"', "1e3", '{"a": 1, "a": 2}', '"\\u0000"'),
    "jsonb": ("null", "[]", '"text"', "12345678901234567890.1"),
    "interval": ("-178000000 years", "10675199 days"),
}
_UNCASTABLE = ("not a number", "", "  ", "{broken", "12abc", "NULL", "2023-02-30", "'; --")


def edges(kind: DataType) -> tuple[str, ...]:
    """Edge values that both people and applications write: empty, longest, negative, far in time, deep."""
    bottom = kind.bottom
    if bottom.kind == "array":
        return ("{}",)
    if bottom.kind in ("range", "multirange"):
        return ()
    if bottom.name in ("character varying", "citext", "text"):
        return ("", "x" * min((bottom.width or 2 * _LONG) // 2, _LONG))
    if bottom.name == "numeric" and bottom.modifiers:
        return (_largest(bottom), "0")
    return _EDGES.get(bottom.name, ()) if bottom.kind == "base" else ()


def extremes(kind: DataType) -> tuple[str, ...]:
    """The worst that the type allows, text that casts to nothing included."""
    bottom = kind.bottom
    if bottom.kind == "array":
        return ("{}", "{NULL}")
    if bottom.kind in ("range", "multirange"):
        return ("empty",) if bottom.kind == "range" else ("{}",)
    if bottom.family == "text" and bottom.name not in ("name", '"char"', "character"):
        width = bottom.width or _LONGEST
        return ("y" * width, *(t for t in _UNCASTABLE if len(t) <= width))
    if bottom.name == "numeric":
        return (_largest(bottom), "-" + _largest(bottom)) if bottom.modifiers else ("NaN", "1e40", "-1e-20")
    return _EXTREMES.get(bottom.name, ()) if bottom.kind == "base" else ()


def _largest(kind: DataType) -> str:
    precision, scale = kind.modifiers[0], kind.modifiers[1] if len(kind.modifiers) > 1 else 0
    if scale <= 0:
        return "9" * precision + "0" * -scale
    whole, fraction = "9" * max(precision - scale, 0) or "0", "9" * min(precision, scale)
    return f"{whole}.{fraction.rjust(scale, '0')}"
