"""The k-th ordinary value of a type: distinct for distinct k where the type has that many values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from hashlib import md5

from pgwright.shadow.rows.datatype import DataType
from pgwright.shadow.rows.literal import array, record

_DAY_ONE = date(2020, 1, 15)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_DECORATED = ("{}", "{}", "{} Ünïcødé ☃", '{} O\'Brien "q" \\ 50%', "{}", "{} two  spaces", "{}")


def ordinary(kind: DataType, k: int, label: str = "v") -> str | None:
    """The k-th value of the type; `label` (a column's name) flavours text. None for a type that nothing is known of."""
    if kind.kind == "enum":
        return kind.labels[k % len(kind.labels)] if kind.labels else None
    if kind.kind == "domain" and kind.base:
        return ordinary(kind.base, k, label)
    if kind.kind == "array" and kind.base:
        return _array(kind.base, k, label)
    if kind.kind == "composite":
        return record(ordinary(a, k, label) for a in kind.attributes)
    if kind.kind in ("range", "multirange") and kind.base:
        low, high = ordinary(kind.base, 4 * k, label), ordinary(kind.base, 4 * k + 2, label)
        return f"[{low},{high})" if kind.kind == "range" else f"{{[{low},{high})}}"
    make = _MAKERS.get(kind.name)
    return make(kind, k, label) if make else None


def short(k: int, width: int) -> str:
    """The k-th text of at most `width` characters, by base 36."""
    out = ""
    while True:
        k, digit = divmod(k, 36)
        out = _DIGITS[digit] + out
        if not k:
            return out[-width:]


def padded(k: int, width: int) -> str:
    """The k-th text of exactly `width` characters."""
    return short(k, width).rjust(width, "a")


def _array(element: DataType, k: int, label: str) -> str | None:
    first, second = ordinary(element, k, label), ordinary(element, k + 1, label)
    if first is None:
        return "{}"
    if element.bottom.kind == "composite" or "\\" in first + (second or ""):
        return array([first])
    return array([first, second] if k % 3 == 1 else [first])


def _text(kind: DataType, k: int, label: str) -> str:
    width = kind.width or 255
    lowered = label.lower()
    if "email" in lowered and width >= 24:
        return f"user{k}@example.org"
    if ("url" in lowered or "uri" in lowered or "link" in lowered) and width >= 30:
        return f"https://example.org/{k}"
    if ("uuid" in lowered or "guid" in lowered) and width >= 36:
        return _uuid(kind, k, label)
    if "json" in lowered and width >= 20:
        return f'{{"n": {k}}}'
    plain = f"{label[:20]} {k}"
    if len(plain) > width:
        return short(k, width)
    text = _DECORATED[k % len(_DECORATED)].format(plain)
    return text if len(text) <= width else plain


def _numeric(kind: DataType, k: int, label: str) -> str:
    if not kind.modifiers:
        return f"{k + 1}.25"
    precision, scale = kind.modifiers[0], kind.modifiers[1] if len(kind.modifiers) > 1 else 0
    unit = Decimal(1).scaleb(-scale)
    if precision - scale >= 2 and k + 1 < 10 ** min(precision - scale, 9):
        fraction = {0: Decimal(0), 1: Decimal("0.5")}.get(scale, Decimal("0.25"))
        return str(Decimal(k + 1) + fraction) if scale >= 0 else str((k + 1) * int(unit))
    return format(unit * ((k + 1) % 10**precision), "f")


def _uuid(kind: DataType, k: int, label: str) -> str:
    h = md5(f"{label}:{k}".encode(), usedforsecurity=False).hexdigest()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-8{h[17:20]}-{h[20:]}"


def _integer(kind: DataType, k: int, label: str) -> str:
    limit = 32767 if kind.name == "smallint" else 2147483647
    return str(k % limit + 1)


def _day(kind: DataType, k: int, label: str) -> str:
    return (_DAY_ONE + timedelta(days=k % 100_000)).isoformat()


def _stamp(kind: DataType, k: int, label: str) -> str:
    return f"{_day(kind, k, label)} {k % 24:02}:{k % 60:02}:30.125"


def _vector(kind: DataType, k: int, label: str) -> str:
    size = kind.modifiers[0] if kind.modifiers else 3
    if kind.name == "sparsevec":
        return f"{{1:{k + 1}}}/{size}"
    return "[" + ",".join([str(k % 1000 + 1)] + ["1"] * (size - 1)) + "]"


def _bits(kind: DataType, k: int, label: str) -> str:
    width = kind.width or 8
    return format(k % 2**width, "b").rjust(width, "0") if kind.name == "bit" else format(k % 2**width, "b")


def _form(pattern: str, *moduli: int) -> Callable[[DataType, int, str], str]:
    """A maker whose values are `pattern` with k, or with the digits of k in the given moduli."""

    def make(kind: DataType, k: int, label: str) -> str:
        digits = []
        rest = k
        for modulus in moduli or (10**9,):
            rest, digit = divmod(rest, modulus)
            digits.append(digit)
        return pattern.format(*digits)

    return make


_MAKERS: dict[str, Callable[[DataType, int, str], str]] = {
    **dict.fromkeys(("smallint", "integer", "bigint", "oid", "xid", "cid", "xid8"), _integer),
    **dict.fromkeys(("text", "character varying", "citext", "name", "refcursor"), _text),
    **dict.fromkeys(("real", "double precision"), _form("{}.5")),
    **dict.fromkeys(("json", "jsonb"), _form('{{"n": {}, "name": "ä \\"q\\" 5%"}}')),
    **dict.fromkeys(("vector", "halfvec", "sparsevec"), _vector),
    **dict.fromkeys(("bit", "bit varying"), _bits),
    "numeric": _numeric,
    "money": _form("{}.25"),
    "boolean": lambda kind, k, label: ("true", "false")[k % 2],
    "character": lambda kind, k, label: padded(k, min(kind.width or 1, 8)),
    '"char"': lambda kind, k, label: _DIGITS[k % 36],
    "bytea": _form("\\x{:08x}"),
    "uuid": _uuid,
    "date": _day,
    "timestamp without time zone": _stamp,
    "timestamp with time zone": lambda kind, k, label: _stamp(kind, k, label) + "+00",
    "time without time zone": _form("{2:02}:{1:02}:{0:02}", 60, 60, 24),
    "time with time zone": _form("{2:02}:{1:02}:{0:02}+00", 60, 60, 24),
    "interval": _form("{} days 01:00:00"),
    "xml": _form("<row n='{}'/>"),
    "inet": _form("10.{2}.{1}.{0}", 250, 250, 250),
    "cidr": _form("10.{1}.{0}.0/24", 250, 250),
    "macaddr": _form("08:00:2b:{2:02x}:{1:02x}:{0:02x}", 256, 256, 256),
    "macaddr8": _form("08:00:2b:ff:fe:{2:02x}:{1:02x}:{0:02x}", 256, 256, 256),
    "tsvector": _form("'word{}':1"),
    "tsquery": _form("'word{}'"),
    "point": _form("({},1)"),
    "line": _form("{{1,-1,{}}}"),
    "lseg": _form("[(0,0),({},1)]"),
    "box": _form("({},1),(-1,-1)"),
    "path": _form("[(0,0),({},1)]"),
    "polygon": _form("((0,0),({},1),(0,5))"),
    "circle": _form("<(0,0),{}>"),
    "cube": _form("({},1)"),
    "hstore": _form('"n"=>"{}", "empty"=>NULL'),
    "ltree": _form("top.n{}"),
    "lquery": _form("top.n{}.*"),
    "ltxtquery": _form("n{}"),
    "pg_lsn": _form("0/{:X}"),
    "tid": _form("({},1)"),
    "jsonpath": _form("$.n{}"),
    "pg_snapshot": lambda kind, k, label: f"{k + 1}:{k + 1}:",
    "txid_snapshot": lambda kind, k, label: f"{k + 1}:{k + 1}:",
    "regclass": lambda kind, k, label: ("pg_class", "pg_type", "pg_proc")[k % 3],
    "regtype": lambda kind, k, label: ("integer", "text", "boolean")[k % 3],
    "geometry": _form("POINT({} 1)"),
    "geography": _form("POINT({} 1)", 180),
    "isbn": lambda kind, k, label: ("0-393-04002-X", "1-4000-0000-3")[0],
    "int2vector": _form("{} 1", 30000),
    "oidvector": _form("{} 1"),
}
