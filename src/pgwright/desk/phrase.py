"""A phrasing is written the way it is read: `make {field} not null [filling with {value}]`.

`[...]` may be left out, `a|b` is a choice, and a name in braces is one of SLOTS. Articles and politeness are dropped
from a sentence before it is compared, quotes around a name are optional, and case counts only in names.
"""

from __future__ import annotations

import re

_WORDS = (
    "column columns table model index constraint unique foreign key check default enum type to from on of in with "
    "where using not null add create drop remove delete rename make set change widen and as for referencing references"
)
_NAME = rf"""(?:'[^']+'|"[^"]+"|`[^`]+`|(?!(?:{"|".join(_WORDS.split())})\b)[A-Za-z_][\w$]*)"""
_LIST = rf"{_NAME}(?:\s*(?:,\s*and\b|,|\band\b)\s*{_NAME})*"
_TABLE = r"(?:\ (?:model|table))?"
SLOTS = {
    "table": rf"(?P<table>{_NAME}){_TABLE}",
    "new": rf"(?P<new>{_NAME})",
    "column": rf"(?P<column>{_NAME})",
    "name": rf"(?P<name>{_NAME})",
    "to": rf"(?P<to>{_NAME})",
    "columns": rf"(?P<columns>{_LIST})",
    # Person.email | email column of Person
    "field": rf"(?:(?P<table_1>{_NAME})\.(?P<column_1>{_NAME})"
    rf"|(?P<column_2>{_NAME})(?:\ column)?\ (?:of|on|in|from)\ (?P<table_2>{_NAME}){_TABLE})",
    # Person (family_name, email) | Person.email | family_name, email of Person
    "fields": rf"(?:(?P<table_1>{_NAME}){_TABLE}\s*\((?P<columns_1>{_LIST})\)"
    rf"|(?P<table_3>{_NAME})\.(?P<columns_3>{_NAME})"
    rf"|(?P<columns_2>{_LIST})(?:\ columns?)?\ (?:of|on|in)\ (?P<table_2>{_NAME}){_TABLE})",
    # Person | Person.id | people (id)
    "reference": rf"(?P<references>{_NAME}){_TABLE}(?:\.(?P<referenced_1>{_NAME})|\s*\((?P<referenced_2>{_LIST})\))?",
    "target": rf"(?P<references>{_NAME}){_TABLE}",
    "by": r"(?P<by>range|list)",
    "parts": r"(?P<parts>.+)",
    "detail": r"\((?P<detail>.+)\)",
    "detail2": r"\((?P<detail_2>.+)\)",
    "labels": r"\(?(?P<labels>.+?)\)?",
    "type": r"(?P<type>.+?)",
    "value": r"(?P<value>.+?)",
    "predicate": r"(?P<predicate>.+)",
    "expression": r"(?P<expression>.+)",
    "method": r"(?P<method>\w+)",
    "action": r"(?P<action>cascade|restrict|set\ null|set\ default|no\ action)",
}
_LEAD = re.compile(
    r"^(?:please\s+)?(?:(?:create|write|generate|make|prepare|add)\s+(?:an?\s+)?(?:new\s+)?(?:alembic\s+|database\s+)?"
    r"(?:migration|revision)\s+(?:to|that|which)\s+)?",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""('[^']*'|"[^"]*"|`[^`]*`|\(.*\))""")
_NOISE = re.compile(r"(?<![.\w])(?:a|an|the|new|please)\s+", re.IGNORECASE)
_VERBS = re.compile(
    r"^(add|create|drop|remove|delete|rename|make|set|change|widen|index|move|split|merge|partition)(?:s|es)\b",
    re.IGNORECASE,
)


def phrase(template: str) -> re.Pattern[str]:
    """The pattern of a phrasing."""
    return re.compile(rf"^{_compiled(template)}\.?$", re.IGNORECASE)


def plain(sentence: str) -> str:
    """The sentence without lead-in ("Create migration to"), articles and third person."""
    text = _LEAD.sub("", " ".join(sentence.split()), count=1)
    parts = _QUOTED.split(text)
    text = "".join(part if i % 2 else _NOISE.sub("", part) for i, part in enumerate(parts))
    return _VERBS.sub(r"\1", text.strip())


def unquoted(name: str) -> str:
    """The name without the quotes around it."""
    return name[1:-1] if len(name) > 1 and name[0] in "'\"`" and name[-1] == name[0] else name


def names(text: str) -> list[str]:
    """The names of a list such as `a, 'b' and c`."""
    return [unquoted(n) for n in re.findall(rf"(?<![\w$]){_NAME}", text, re.IGNORECASE)]


def _compiled(template: str) -> str:
    pieces = re.split(r"(\{\w+\}| \[|\]|\s+|[^\s\[\]{}]+)", template)
    out: list[str] = []
    for piece in (p for p in pieces if p):
        if piece == " [":
            out.append(r"(?:\ ")
        elif piece == "]":
            out.append(")?")
        elif piece.startswith("{"):
            out.append(SLOTS[piece[1:-1]])
        elif piece.isspace():
            out.append(r"\ ")
        else:
            out.append(f"(?:{'|'.join(re.escape(w) for w in piece.split('|'))})")
    return "".join(out)
