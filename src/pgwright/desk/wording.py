"""Typed requests in words, for reports: what changes, not how."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Fields = dict[str, Any]


def describe(request: Fields) -> str:
    """One line that says what the request changes."""
    words = _WORDS.get(str(request.get("kind")))
    return words(request) if words else f"`{json.dumps(request, ensure_ascii=False, sort_keys=True)}`"


def _table(request: Fields) -> str:
    schema = f"{request['schema']}." if request.get("schema") else ""
    return f"{schema}{request.get('table', '')}"


def _column(request: Fields) -> str:
    return f"`{_table(request)}.{request.get('column', '')}`"


def _columns(columns: Any) -> str:
    return ", ".join(c if isinstance(c, str) else c.get("column") or c.get("expression", "") for c in columns)


def _default(request: Fields) -> str:
    if request.get("expression") is not None:
        return f"default `{request['expression']}`"
    if request.get("default") is not None:
        return f"default `{json.dumps(request['default'], ensure_ascii=False)}`"
    return "no default"


def _detail(request: Fields) -> str:
    parts = [
        f"`{request.get('type', '')}`",
        "nullable" if request.get("nullable", True) else "NOT NULL",
        _default(request),
    ]
    return ", ".join(parts)


def _index(request: Fields) -> str:
    unique = "unique index" if request.get("unique") else "index"
    name = f" `{request['name']}`" if request.get("name") else ""
    where = f" where `{request['where']}`" if request.get("where") else ""
    return f"Add {unique}{name} on `{_table(request)}` ({_columns(request.get('columns', []))}){where}"


def _foreign_key(request: Fields) -> str:
    action = f", on delete {str(request['on_delete']).lower()}" if request.get("on_delete") else ""
    columns = _columns(request.get("columns", []))
    return f"Add foreign key from `{_table(request)}` ({columns}) to `{request.get('references')}`{action}"


def _create_table(request: Fields) -> str:
    return f"Create table `{_table(request)}` ({_columns(request.get('columns', []))})"


def _set_not_null(request: Fields) -> str:
    filled = f", filling NULL with `{json.dumps(request['fill'], ensure_ascii=False)}`" if "fill" in request else ""
    return f"Set {_column(request)} NOT NULL{filled}"


_WORDS: dict[str, Callable[[Fields], str]] = {
    "create_enum": lambda r: f"Create enum `{r.get('name')}` ({', '.join(r.get('labels', []))})",
    "create_table": _create_table,
    "add_column": lambda r: f"Add column {_column(r)} ({_detail(r)})",
    "add_index": _index,
    "add_foreign_key": _foreign_key,
    "add_unique": lambda r: f"Add unique constraint on `{_table(r)}` ({_columns(r.get('columns', []))})",
    "add_check": lambda r: f"Add check constraint on `{_table(r)}`: `{r.get('expression')}`",
    "alter_default": lambda r: f"Change default of {_column(r)}: {_default(r)}",
    "set_not_null": _set_not_null,
    "drop_not_null": lambda r: f"Allow NULL in {_column(r)}",
    "widen_column": lambda r: f"Widen {_column(r)} to `{r.get('type')}`",
    "drop_index": lambda r: f"Drop index `{r.get('name')}` of `{_table(r)}`",
    "drop_constraint": lambda r: f"Drop constraint `{r.get('name')}` of `{_table(r)}`",
    "drop_column": lambda r: f"Drop column {_column(r)}",
    "drop_table": lambda r: f"Drop table `{_table(r)}`",
    "rename_column": lambda r: f"Rename column {_column(r)} to `{r.get('to')}`",
    "move_column": lambda r: f"Move column {_column(r)} to table `{r.get('to')}`",
    "split_table": lambda r: f"Split `{_table(r)}`: {_columns(r.get('columns', []))} to `{r.get('to')}`",
    "merge_tables": lambda r: f"Merge `{_table(r)}` into `{r.get('into')}`",
    "partition_table": lambda r: f"Partition `{_table(r)}` by {r.get('by', 'range')} of `{r.get('column')}`",
    "rename_table": lambda r: f"Rename table `{_table(r)}` to `{r.get('to')}`",
}
