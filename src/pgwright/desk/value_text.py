"""A value as people write it in a task (`{}`, `'en'`, `0`, `true`, `now()`) as a field of a typed request."""

from __future__ import annotations

import json
import re
from typing import Any

_CALL = re.compile(r"^[A-Za-z_][\w.]*\s*\(.*\)$", re.DOTALL)
_WORDS = frozenset(
    {"current_timestamp", "current_date", "current_time", "localtimestamp", "current_user", "session_user"}
)
_PYTHON = {"true": True, "false": False}
_TEXTUAL = re.compile(r"^(text|varchar|character|char|citext|name|bpchar)\b", re.IGNORECASE)


class NotAValue(ValueError):
    """The text is neither a JSON value, nor quoted text, nor a function call."""


def default_fields(text: str, type_text: str) -> dict[str, Any]:
    """`{"default": value}` or `{"expression": sql}`; empty for null. NotAValue when it is none of them."""
    value = text.strip()
    if value.lower() in ("null", "none"):
        return {}
    if _CALL.match(value) or value.lower() in _WORDS:
        return {"expression": value}
    return {"default": literal(value, type_text)}


def literal(text: str, type_text: str) -> Any:
    """The JSON value that the text stands for, seen as a value of the type."""
    value, kind = text.strip(), type_text.lower().strip()
    if value.lower() in _PYTHON:
        return _PYTHON[value.lower()]
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'`"
    inner = value[1:-1].replace("''", "'") if quoted else value
    if kind.endswith("[]") and inner == "{}":
        return []
    if kind in ("json", "jsonb") or not quoted:
        try:
            return json.loads(inner)
        except ValueError:
            pass
    if quoted:
        return inner
    if _TEXTUAL.match(kind) and re.fullmatch(r"[\w.-]+", value):
        return value
    raise NotAValue(text)
