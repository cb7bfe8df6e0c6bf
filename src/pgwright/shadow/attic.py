"""What is kept in a database's attic (schema pgwright): the snapshots leave that schema out."""

from __future__ import annotations

from typing import Any

import psycopg

_NAMES = """
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('pgwright')
UNION SELECT typname FROM pg_type WHERE typnamespace = to_regnamespace('pgwright')
"""


def taken(conn: psycopg.Connection[Any]) -> frozenset[str]:
    """The names that are taken there, of tables, indexes and types."""
    return frozenset(name for (name,) in conn.execute(_NAMES))
