"""Whether a value of the old type survives the cast to the new one.

Castable, not lossless: 1.25 casts to integer, and that it becomes 1 is for the comparison of rows to say.
Text, which casts by its spelling, has to spell a value of the new type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from ipaddress import ip_interface

from pgwright.shadow.rows.datatype import DataType
from pgwright.shadow.rows.literal import elements

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e\d+)?")
_INTEGER = re.compile(r"-?\d+")
_SPELLINGS = {
    "boolean": re.compile(r"true|false|t|f|1|0"),
    **dict.fromkeys(
        ("date", "timestamp without time zone", "timestamp with time zone"),
        re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}.*)?"),
    ),
    **dict.fromkeys(("time without time zone", "time with time zone"), re.compile(r"(.* )?\d{2}:\d{2}.*")),
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "bytea": re.compile(r"[^\\]*"),
    "interval": re.compile(r"-?\d+( days.*)?"),
}
_BITS = {"smallint": 15, "integer": 31, "bigint": 63, "oid": 31}


def castable(text: str, old: DataType, new: DataType) -> bool:
    """True when `old` -> `new` is expected to accept this value; types that nothing is known of are taken to accept."""
    old, new = old.bottom, new.bottom
    if old == new:
        return True
    if new.family in ("integer", "numeric", "float"):
        return _number(text, old, new)
    if new.family == "enum":
        return text in new.labels
    if new.family == "array":
        return _array(text, old, new)
    if old.family == "text" and new.family != "text":
        return _spells(text, new)
    return new.width is None or len(text) <= new.width


def _spells(text: str, new: DataType) -> bool:
    """Whether text, cast by its spelling, is a value of the new type."""
    if new.family == "json":
        return _parses(json.loads, text)
    if new.name in ("inet", "cidr"):
        return _parses(ip_interface, text)
    pattern = _SPELLINGS.get(new.name)
    return pattern.fullmatch(text) is not None if pattern else new.width is None or len(text) <= new.width


def _number(text: str, old: DataType, new: DataType) -> bool:
    if old.family == "boolean":
        return True
    spelling = _INTEGER if new.family == "integer" and old.family in ("text", "enum") else _NUMBER
    if old.name != "money" and spelling.fullmatch(text) is None:
        return False
    size = abs(float(text.replace("$", "").replace(",", "")))
    if new.family == "integer":
        limit: int = 2 ** _BITS.get(new.name, 31) - 1
        return size <= limit
    if new.modifiers:
        whole = new.modifiers[0] - (new.modifiers[1] if len(new.modifiers) > 1 else 0)
        room: float = 10.0**whole
        return size < room - (0.5 if whole > 0 else 0)
    return True


def _parses(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _array(text: str, old: DataType, new: DataType) -> bool:
    if old.kind != "array" or old.base is None or new.base is None:
        return old.family != "text" or text.startswith("{")
    try:
        return all(e is None or castable(e, old.base, new.base) for e in elements(text))
    except ValueError:
        return True
