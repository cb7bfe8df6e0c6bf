"""What a revision's source takes the text in a column to spell: `a::integer`, `CAST(a AS uuid)`, `json.loads(row.a)`.

Text that spells something else fails such a revision because of the data: hostile rows show that, plain ones do not.
"""

from __future__ import annotations

import re

_TYPES = {
    **dict.fromkeys(("int", "integer", "int4", "smallint", "int2"), "integer"),
    **dict.fromkeys(("bigint", "int8"), "bigint"),
    **dict.fromkeys(("numeric", "decimal", "float", "real", "double precision"), "numeric"),
    **dict.fromkeys(("json", "jsonb"), "jsonb"),
    **dict.fromkeys(("timestamp", "timestamptz"), "timestamp with time zone"),
    **dict.fromkeys(("bool", "boolean"), "boolean"),
    **{name: name for name in ("uuid", "date", "inet")},
}
_NAMES = "|".join(sorted(_TYPES, key=len, reverse=True))
_CAST = re.compile(
    rf"\b(\w+)\"?(?:::(?:text|varchar))?\s*::\s*({_NAMES})\b|\bCAST\(\s*\"?(\w+)\"?\s+AS\s+({_NAMES})\b", re.I
)
_PYTHON = re.compile(r"\b(json\.loads|int|float|Decimal|UUID|uuid\.UUID)\(\s*[\w.]*?(?:\.|\[[\"'])(\w+)[\"'\]]*\s*[,)]")
_CALLS = {"json.loads": "jsonb", "int": "integer", "float": "numeric", "Decimal": "numeric"}


def spellings(source: str) -> dict[str, str]:
    """Column name -> the type whose values its text has to spell."""
    found: dict[str, str] = {}
    for call, column in _PYTHON.findall(source):
        found.setdefault(column, _CALLS.get(call, "uuid"))
    for column, kind, cast_column, cast_kind in _CAST.findall(source):
        found.setdefault(column or cast_column, _TYPES[(kind or cast_kind).lower()])
    return found
