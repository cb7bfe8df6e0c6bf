"""Whether a value of the old type survives the cast to the new one.

Castable, not lossless: 1.25 casts to integer, and that it becomes 1 is for the comparison of rows to say.
Text, which casts by its spelling, has to spell a value of the new type.
"""

from __future__ import annotations

import json
import re
from ipaddress import ip_interface

from pgwright.shadow.rows.datatype import DataType
from pgwright.shadow.rows.literal import elements

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e\d+)?")
_INTEGER = re.compile(r"-?\d+")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}.*)?")
_TIME = re.compile(r"(.* )?\d{2}:\d{2}.*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BITS = {"smallint": 15, "integer": 31, "bigint": 63, "oid": 31}


def castable(text: str, old: DataType, new: DataType) -> bool:
    """True when `old` -> `new` is expected to accept this value; types that nothing is known of are taken to accept."""
    old, new = old.bottom, new.bottom
    if old == new:
        return True
    match new.family:
        case "integer" | "numeric" | "float":
            return _number(text, old, new)
        case "text":
            return new.width is None or len(text) <= new.width
        case "enum":
            return text in new.labels
        case "json":
            return old.family != "text" or _is_json(text)
        case "boolean":
            return old.family != "text" or text in ("true", "false", "t", "f", "1", "0")
        case "moment":
            return old.family != "text" or _MOMENT.fullmatch(text) is not None
        case "time":
            return old.family != "text" or _TIME.fullmatch(text) is not None
        case "array":
            return _array(text, old, new)
    return _other(text, old, new)


def _number(text: str, old: DataType, new: DataType) -> bool:
    if old.family == "boolean":
        return True
    spelling = _INTEGER if new.family == "integer" and old.family in ("text", "enum") else _NUMBER
    if old.name != "money" and spelling.fullmatch(text) is None:
        return False
    size = abs(float(text.replace("$", "").replace(",", "")))
    if new.family == "integer":
        return size <= 2 ** _BITS.get(new.name, 31) - 1
    if new.modifiers:
        return size < 10.0 ** (new.modifiers[0] - (new.modifiers[1] if len(new.modifiers) > 1 else 0)) - 0.5
    return True


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
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


def _other(text: str, old: DataType, new: DataType) -> bool:
    if old.family != "text":
        return new.width is None or len(text) <= new.width
    if new.name == "uuid":
        return _UUID.fullmatch(text) is not None
    if new.name == "bytea":
        return "\\" not in text
    if new.name in ("inet", "cidr"):
        try:
            return ip_interface(text) is not None
        except ValueError:
            return False
    if new.name == "interval":
        return re.fullmatch(r"-?\d+( days.*)?", text) is not None
    return True
