"""Names that people give: what PostgreSQL takes, and nothing that hides."""

from __future__ import annotations

import unicodedata

from pgwright.design.refusals import BadIdentifier

BYTES = 63  # NAMEDATALEN - 1; PostgreSQL cuts longer names silently
# Reserved in PostgreSQL 18 (pg_get_keywords), not known as such to SQLAlchemy 2.1: it sends them bare, a syntax error.
UNQUOTED = frozenset({"collation", "concurrently", "lateral", "system_user", "tablesample"})


def identifier(name: object, what: str) -> str:
    """The name itself, when PostgreSQL can store it whole; quotes, blanks and any script are fine."""
    if not isinstance(name, str):
        raise BadIdentifier(name=repr(name), what=what, problem="it is not text")
    problem = ""
    if not name:
        problem = "it is empty"
    elif any(unicodedata.category(c) in ("Cc", "Cs", "Cf") for c in name):
        problem = "it holds a control character"
    elif name in UNQUOTED and what != "label":
        problem = "SQLAlchemy does not quote this keyword"
    elif len(name.encode()) > BYTES:
        problem = f"it has {len(name.encode())} bytes"
    if problem:
        raise BadIdentifier(name=ascii(name), what=what, problem=problem)
    return name
