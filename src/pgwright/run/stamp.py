"""The version table of the target: what it says, and that a replay leaves it as its proof did."""

from __future__ import annotations

import re

import psycopg

from pgwright.project.address import Connection

MADE = re.compile(r"\s*CREATE\s+TABLE\s+(?P<table>(?:\"[^\"]+\"|\w+)(?:\.(?:\"[^\"]+\"|\w+))?)\s*\(\s*version_num\b", re.I)


def heads(conn: Connection, table: str) -> tuple[str, ...]:
    """The recorded revisions, sorted; empty when there is no version table. `table` is SQL text, quoted as needed."""
    row = conn.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone()
    if row is None or not row[0]:
        return ()
    return tuple(sorted(r[0] for r in conn.execute(f"SELECT version_num FROM {table}".encode())))


def is_superfluous(conn: Connection, message: str) -> bool:
    """True for the CREATE TABLE of a version table that is there already (an undo down to base leaves it)."""
    found = MADE.match(message)
    if found is None:
        return False
    row = conn.execute("SELECT to_regclass(%s) IS NOT NULL", (found["table"],)).fetchone()
    return bool(row and row[0])


class StampDiffers(psycopg.Error):
    """The recorded write would leave the version table at something else than the history says."""


def require(conn: Connection, table: str, wanted: tuple[str, ...]) -> None:
    """Raises StampDiffers, inside the transaction, which is then rolled back."""
    found = heads(conn, table)
    if found != tuple(sorted(wanted)):
        told = (", ".join(one) or "base" for one in (found, wanted))
        raise StampDiffers("the version table would say {} where {} is right".format(*told))
