"""One field of a request from its JSON value, by its declared type and its name."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

from pgwright.design.expression import one_expression, one_query
from pgwright.design.identifier import identifier
from pgwright.design.refusals import BadField

_SQL = frozenset({"expression", "predicate", "where", "using", "back", "check"})
_NAMES = frozenset(
    [
        "table",
        "view",
        "column",
        "columns",
        "name",
        "schema",
        "to",
        "rest",
        "key",
        "into",
        "references",
        "referenced_columns",
        "references_schema",
        "primary_key",
        "primary_key_name",
        "include",
        "function",
        "function_schema",
        "role",
        "roles",
        "search_path",
    ]
)
_LABELS = frozenset({"labels", "value", "before", "after", "instead"})
_NARROWED = ("put_trigger", "grant", "revoke")  # columns may be left out
_OPERATOR = re.compile(r"[+*/<>=~!@#%^&|`?-]{1,8}")
_WORDS = {
    "identity": ("", "always", "by default"),
    "generated": ("", "stored", "virtual"),
    "way": ("view", "column", "pause"),
    "by": ("range", "list"),
    "order": ("", "asc", "desc"),
    "nulls": ("", "first", "last"),
    "on_delete": ("", "CASCADE", "RESTRICT", "NO ACTION", "SET NULL", "SET DEFAULT"),
    "on_update": ("", "CASCADE", "RESTRICT", "NO ACTION", "SET NULL", "SET DEFAULT"),
    "timing": ("before", "after"),
    "events": ("insert", "update", "delete", "truncate"),
    "each": ("row", "statement"),
    "language": ("plpgsql", "sql"),
    "parallel": ("unsafe", "restricted", "safe"),
    "volatility": ("volatile", "stable", "immutable"),
    "command": ("all", "select", "insert", "update", "delete"),
    "privileges": ("select", "insert", "update", "delete", "truncate", "references", "trigger"),
    "method": ("btree", "hash", "gin", "gist", "spgist", "brin", "hnsw", "ivfflat"),
}


def read_field(field_type: str, kind: str, name: str, value: Any, known: str) -> Any:
    """The checked value of a field of type str, bool, or tuple of str, optional or not."""

    def bad(problem: str) -> BadField:
        return BadField(kind=kind, field=name, problem=problem, known=known)

    if value is None and field_type.endswith("None"):
        return None
    if field_type == "bool":
        if not isinstance(value, bool):
            raise bad("must be true or false")
        return value
    if field_type.startswith("tuple[str"):
        if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
            raise bad("must be a list of texts")
        if len(set(value)) != len(value):
            raise bad("names something twice")
        if not value and (name in ("labels", "events", "privileges") or (name == "columns" and kind not in _NARROWED)):
            raise bad("must not be empty")
        return tuple(_text(name, v, bad) for v in value)
    if not isinstance(value, str):
        raise bad("must be text")
    return _text(name, value, bad)


def _text(name: str, value: str, bad: Any) -> str:
    if name in _SQL:
        return one_expression(value)
    if name == "query":
        return one_query(value)
    if name in _WORDS:
        word = value.upper() if name.startswith("on_") else value.lower()
        if word not in _WORDS[name]:
            raise bad(f"must be one of {', '.join(w for w in _WORDS[name] if w)}")
        return (
            "" if (name, word) in (("order", "asc"), ("on_delete", "NO ACTION"), ("on_update", "NO ACTION")) else word
        )
    if name in _NAMES or name == "opclass":
        return identifier(value, name.removesuffix("s"))
    if name in _LABELS:
        return identifier(value, "label")
    if name == "operator" and not _OPERATOR.fullmatch(value):
        raise bad("must be an operator, such as = or &&")
    if "\0" in value:
        raise bad("holds NUL")
    return value


def written(record: Any) -> dict[str, Any]:
    """The fields of a request that are not at their default, as JSON values."""
    result: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if value != field.default:
            result[field.name] = _plain(value)
    return result


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if hasattr(value, "json"):
        return value.python
    if hasattr(value, "__dataclass_fields__"):
        plain = written(value)
        return plain["column"] if set(plain) == {"column"} and type(value).__name__ == "Key" else plain
    return value
