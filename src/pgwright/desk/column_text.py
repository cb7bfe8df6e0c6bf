"""`name (TYPE, nullable, default={})` as the fields of a column request.

After the type come, in any order: nullable, not null, unique, index, primary key, identity, default=VALUE,
fill=VALUE (for the rows that are there), references Model[.column], on delete ACTION, comment='...', using=SQL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pgwright.desk.phrase import unquoted
from pgwright.desk.refusals import UnreadableTask
from pgwright.desk.type_text import type_text
from pgwright.desk.value_text import NotAValue, default_fields, literal

_FORM = "The form is: name (TYPE, nullable, default={}), e.g. \"nickname (varchar(80), not null, default='')\"."
_COLUMN = re.compile(
    r"""^(?P<name>'[^']+'|"[^"]+"|`[^`]+`|[\w$]+)\s*(?:\((?P<detail>.*)\)|:\s*(?P<open>.+))?\s*$""", re.DOTALL
)
_OPTION = re.compile(
    r"^(?P<key>default|server_default|fill|using|comment|references|foreign key to|on delete)\s*[=: ]\s*(?P<value>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_FLAGS = {
    "nullable": ("nullable", True),
    "null": ("nullable", True),
    "optional": ("nullable", True),
    "not null": ("nullable", False),
    "not nullable": ("nullable", False),
    "non-nullable": ("nullable", False),
    "nullable=false": ("nullable", False),
    "nullable=true": ("nullable", True),
    "required": ("nullable", False),
    "identity": ("identity", "by default"),
    "identity always": ("identity", "always"),
}
_SIDE = {"unique": "unique", "index": "index", "indexed": "index", "primary key": "primary_key"}


@dataclass(slots=True)
class ColumnText:
    """A column as described: its request fields, and what follows from it (unique, index, primary key, references)."""

    name: str
    fields: dict[str, Any] = field(default_factory=dict)
    sides: set[str] = field(default_factory=set)
    references: str = ""
    on_delete: str = ""


def read_column(text: str) -> ColumnText:
    """The column that the text describes; UnreadableTask names the part that is not understood."""
    found = _COLUMN.match(text.strip())
    if not found:
        raise UnreadableTask(what="The column", text=text, phrasings=_FORM)
    column = ColumnText(unquoted(found["name"]))
    detail = found["detail"] if found["detail"] is not None else found["open"]
    if detail:
        read_detail(column, detail, text)
    return column


def read_detail(column: ColumnText, detail: str, whole: str) -> None:
    """Add what stands between the parentheses to the column."""
    parts = split(detail)
    late: list[tuple[str, str]] = []
    for i, part in enumerate(parts):
        option, plain = _OPTION.match(part), " ".join(part.lower().split()).replace(" =", "=").replace("= ", "=")
        if plain in _FLAGS:
            name, value = _FLAGS[plain]
            column.fields[name] = value
        elif plain in _SIDE:
            column.sides.add(_SIDE[plain])
        elif option:
            late.append((option["key"].lower(), option["value"].strip()))
        elif i == 0 or "type" not in column.fields:
            column.fields["type"] = type_text(part)
        else:
            raise UnreadableTask(what=f"{part!r} of column {column.name}", text=whole, phrasings=_FORM)
    for key, value in late:
        _option(column, key, value, whole)


def _option(column: ColumnText, key: str, value: str, whole: str) -> None:
    kind = column.fields.get("type", "")
    try:
        if key in ("default", "server_default"):
            column.fields.update(default_fields(value, kind))
        elif key == "fill":
            column.fields["fill"] = literal(value, kind)
        elif key == "using":
            column.fields["using"] = unquoted(value)
        elif key == "comment":
            column.fields["comment"] = unquoted(value)
        elif key == "on delete":
            column.on_delete = value.upper()
        else:
            column.references = value
    except NotAValue as error:
        hint = "Write {} [] 0 true null, 'text in quotes', or a call such as now()."
        raise UnreadableTask(what=f"{key} of column {column.name}", text=value, phrasings=hint) from error


def split(text: str) -> list[str]:
    """The parts between commas that stand outside quotes and brackets."""
    parts, depth, quote, start = [], 0, "", 0
    for i, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"`":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [p.strip() for p in [*parts, text[start:]] if p.strip()]
