"""Values as Python compares them, read from the text that the server reads."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from pgwright.shadow.rows.datatype import DataType, Family
from pgwright.shadow.rows.literal import elements


class Unknown(Exception):
    """What the expression means is not known here; the server has to say."""


JSON_NULL = object()  # JSON's null is a value


@lru_cache(maxsize=65536)
def scalar(text: str | None, family: Family) -> Any:
    """The value that `text` spells; families that are not modelled stay text. Raises Unknown when it spells none."""
    if text is None:
        return None
    try:
        return _read(text, family)
    except (ValueError, InvalidOperation) as error:
        raise Unknown(text) from error


def key(text: str | None, kind: DataType) -> Any:
    """A hashable stand-in for the value in a unique index: equal when the server would call the values equal."""
    if text is None:
        return None
    if kind.bottom.name == "citext":
        return text.lower()
    if kind.bottom.name == "character":
        return text.rstrip(" ")
    try:
        value = scalar(text, kind.family)
    except Unknown:
        return text
    return text if value is JSON_NULL or isinstance(value, (list, dict)) else value


def _read(text: str, family: Family) -> Any:
    match family:
        case "integer" | "numeric" | "float":
            return Decimal("Infinity") if text == "NaN" else Decimal(text)  # the server sorts NaN last
        case "boolean":
            return text in ("t", "true", "1", "on", "yes")
        case "moment":
            return _moment(text)
        case "json":
            value = json.loads(text)
            return JSON_NULL if value is None else value
        case "array":
            return elements(text)
    return text


def _moment(text: str) -> datetime:
    if text in ("infinity", "-infinity"):
        return datetime.max if text == "infinity" else datetime.min
    if len(text) == 10:
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day)
    value = datetime.fromisoformat(text)
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
