"""The partitions of a task's sentence: `past below '2027-01-01', y2027 below '2028-01-01', others for the rest`, or
`west with ('eu', 'us'), asia with ('jp')` of a list. The first is what is there already.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from pgwright.desk.column_text import split
from pgwright.desk.phrase import unquoted
from pgwright.desk.refusals import UnreadableTask

_NAME = r"""(?P<name>'[^']+'|"[^"]+"|`[^`]+`|[A-Za-z_][\w$]*)"""
_BELOW = re.compile(rf"^{_NAME}\s+below\s+(?P<end>'(?:[^']|'')+'|[\w.:-]+)$", re.IGNORECASE)
_WITH = re.compile(rf"^{_NAME}\s+with\s+\((?P<values>.+)\)$", re.IGNORECASE)
_REST = re.compile(rf"^{_NAME}\s+for\s+(?:the\s+)?rest$", re.IGNORECASE)


def read_partitions(by: str, text: str) -> dict[str, Any]:
    """The fields of `partition_table` that say which partitions there are; UnreadableTask for what is no partition."""
    parts = split(text.removesuffix("."))
    rest = _REST.match(parts[-1]) if parts else None
    named = [_read(by, part) for part in (parts[:-1] if rest else parts)]
    if not named:
        raise _unreadable(by, text)
    if by == "range":
        for before, here in pairwise(named):
            here["start"] = before["end"]
    fields = {"by": by, **named[0], "partitions": named[1:]}
    return {**fields, "rest": unquoted(rest["name"])} if rest else fields


def _read(by: str, part: str) -> dict[str, Any]:
    found = (_BELOW if by == "range" else _WITH).match(part)
    if found is None:
        raise _unreadable(by, part)
    name = unquoted(found["name"])
    if by == "range":
        return {"name": name, "end": _value(found["end"])}
    return {"name": name, "values": [_value(one) for one in split(found["values"])]}


def _value(text: str) -> str:
    return text[1:-1].replace("''", "'") if text[0] == "'" == text[-1] else text


def _unreadable(by: str, text: str) -> UnreadableTask:
    form = "past below '2027-01-01'" if by == "range" else "west with ('eu', 'us')"
    return UnreadableTask(
        what="The partition", text=text, phrasings=f"The form is: {form}; others for the rest (at the end)."
    )
