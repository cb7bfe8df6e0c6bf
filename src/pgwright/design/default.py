"""A server default from a JSON value or an expression: its SQL, and the Python that a revision shows."""

from __future__ import annotations

import json
from typing import Any

from pgwright.design import column_type
from pgwright.design.refusals import BadField
from pgwright.design.requests.value import Value
from pgwright.design.source import sql_string, string, text


def sql(value: Value, type_text: str, *, batch: bool = False) -> str:
    """The value as an SQL constant of the type."""
    python, kind = value.python, column_type.parsed(type_text)
    cast = "" if batch else f"::{kind.text}"
    if kind.is_json:
        return sql_string(value.json) + cast
    if isinstance(python, list):
        if not kind.is_array:
            raise _wrong(value, type_text)
        return sql_string("{" + ",".join(_array_element(v, value, type_text) for v in python) + "}") + cast
    if isinstance(python, bool):
        return "true" if python else "false"
    if isinstance(python, (int, float)):
        return value.json if python >= 0 else f"'{value.json}'{cast}"
    if isinstance(python, str):
        return sql_string(python)
    raise _wrong(value, type_text)


def _array_element(item: object, value: Value, type_text: str) -> str:
    if item is None:
        return "NULL"
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, (int, float)):
        return json.dumps(item)
    if isinstance(item, str):
        escaped = item.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    raise _wrong(value, type_text)


def _wrong(value: Value, type_text: str) -> BadField:
    return BadField(
        kind="default", field="default", problem=f"{value.json} is no value of {type_text}", known="default"
    )


def source(value: Value | None, expression: str | None, type_text: str, *, batch: bool = False) -> str | None:
    """The Python for `server_default=`: a plain string where Alembic quotes it itself, else sa.text(...)."""
    if expression is not None:
        return text(expression)
    if value is None:
        return None
    python: Any = value.python
    if isinstance(python, str) and not column_type.parsed(type_text).is_json and "\\" not in python:
        return string(python)
    return text(sql(value, type_text, batch=batch))
