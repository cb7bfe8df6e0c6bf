"""A column type as people write it: PostgreSQL's own names, or SQLAlchemy's (`String(80)`)."""

from __future__ import annotations

import re

# SQLAlchemy's class -> PostgreSQL's type, as SQLAlchemy's PostgreSQL dialect compiles it.
_SQLALCHEMY = {
    "string": "varchar",
    "unicode": "varchar",
    "unicodetext": "text",
    "datetime": "timestamp",
    "largebinary": "bytea",
    "float": "double precision",
    "double": "double precision",
    "biginteger": "bigint",
    "smallinteger": "smallint",
    "int": "integer",
    "bool": "boolean",
    "str": "varchar",
}
_ARRAY = re.compile(r"^ARRAY\s*\((?P<inner>.+)\)$", re.IGNORECASE | re.DOTALL)
_CALL = re.compile(
    r"^(?P<name>[A-Za-z_][\w .]*?)\s*(?:\((?P<arguments>.*)\))?(?P<rest>(?:\ with(?:out)?\ time\ zone)?\s*(?:\[\])*)$",
    re.IGNORECASE | re.DOTALL,
)


def type_text(text: str) -> str:
    """The type in PostgreSQL's words; what is not SQLAlchemy's stays as it is, in lower case unless quoted."""
    text = " ".join(text.split()).removeprefix("sa.").removeprefix("postgresql.")
    array = _ARRAY.match(text)
    if array:
        return f"{type_text(array['inner'])}[]"
    call = _CALL.match(text)
    if not call or '"' in text:
        return text
    name, arguments = call["name"].lower(), (call["arguments"] or "").strip()
    if "timezone=true" in arguments.lower().replace(" ", ""):
        return {"datetime": "timestamptz", "timestamp": "timestamptz", "time": "timetz"}.get(name, name)
    numbers = ", ".join(re.findall(r"\d+", arguments))
    base = _SQLALCHEMY.get(name, name)
    return f"{base}({numbers}){call['rest'].lower()}" if numbers else f"{base}{call['rest'].lower()}"
