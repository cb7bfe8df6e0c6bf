"""Text as PostgreSQL reads it: literals, quoted names, array and row values."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ELEMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,{}"]+)')
_NAME = re.compile(r'"((?:[^"]|"")*)"|([^."]+)')


def literal(text: str | None) -> str:
    """`text` as an SQL literal, right whatever standard_conforming_strings says; None is NULL."""
    if text is None:
        return "NULL"
    if "\\" in text:
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    return "'" + text.replace("'", "''") + "'"


def name(identifier: str) -> str:
    """`identifier` as a quoted SQL name."""
    return '"' + identifier.replace('"', '""') + '"'


def array(elements: Iterable[str | None]) -> str:
    """The input text of a one-dimensional array."""
    return "{" + ",".join("NULL" if e is None else '"' + _escaped(e) + '"' for e in elements) + "}"


def record(fields: Iterable[str | None]) -> str:
    """The input text of a composite value."""
    return "(" + ",".join("" if f is None else '"' + _escaped(f) + '"' for f in fields) + ")"


def elements(text: str) -> list[str | None]:
    """The elements of a one-dimensional array as the server prints it. Raises ValueError on deeper arrays."""
    inner = text[text.index("{") + 1 : -1]
    if "{" in re.sub(r'"(?:[^"\\]|\\.)*"', "", inner):
        raise ValueError("not a one-dimensional array")
    return [_element(m) for m in _ELEMENT.finditer(inner)]


def unquoted(identifier: str) -> str:
    """`schema.name` from a name that may carry quotes: what `Relation.qualified` and `Thing.identity` look like."""
    return ".".join(q.replace('""', '"') if q else bare for q, bare in _NAME.findall(identifier))


def _element(match: re.Match[str]) -> str | None:
    quoted, bare = match.groups()
    if bare is not None:
        return None if bare.upper() == "NULL" else str(bare)
    return re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
