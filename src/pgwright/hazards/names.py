"""Keys of relations as SQL text again."""

from __future__ import annotations

import re

PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


def quoted(key: str) -> str:
    """The name for SQL text: each part quoted where it must be. Words that SQL reserves are quoted too."""
    return ".".join(_part(part) for part in key.split("."))


def _part(part: str) -> str:
    if PLAIN.fullmatch(part) and part not in RESERVED:
        return part
    return '"' + part.replace('"', '""') + '"'


# Key words that are reserved (documentation, appendix "SQL Key Words") and plausible as a name.
_RESERVED = """
all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_date
current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch
for foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null
offset on only or order placing primary references returning select session_user some symmetric table then to trailing
true union unique user using variadic when where window with authorization binary collation concurrently cross freeze
full ilike inner is isnull join left like natural notnull outer overlaps right similar tablesample verbose
"""
RESERVED = frozenset(_RESERVED.split())
