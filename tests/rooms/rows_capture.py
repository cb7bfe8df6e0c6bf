"""The schema of a test database."""

from __future__ import annotations

from typing import Any

from pgwright.schema.catalog import capture
from pgwright.schema.model import Schema


def captured(conn: Any) -> Schema:
    """All of it."""
    return capture(conn).schema


def captured_after(server: Any, database: str, change: str) -> Schema:
    """The schema that `database`, which nobody is connected to, would have after `change`."""
    name = f"{database}_after"
    server.create(name, template=database)
    try:
        with server.connect(name) as conn:
            conn.execute(change.encode())
            return captured(conn)
    finally:
        server.drop(name)
