"""Replaying recorded messages on the bare database, instead of a further run of env.py for the same revision.

Messages that begin with CREATE, ALTER, DROP or COMMENT, and Alembic's own writes to its version table, qualify; those
that write rows only where the offline rendering, which sees no row, says the same. Whoever replays compares the
catalogs afterwards. A revision that reads rows, or sends values apart from its statements, takes the real step.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import nullcontext

import psycopg

from pgwright.schema.catalog import Snapshot
from pgwright.schema.diff import diff
from pgwright.shadow.stage import Stage
from pgwright.step import Observed

PLAIN = re.compile(r"\s*(CREATE|ALTER|DROP|COMMENT)\b", re.I)
LOOKS = re.compile(r"\s*(SELECT|SHOW)\b", re.I)
TIMEOUT = re.compile(r"\s*SET\s+(LOCAL\s+|SESSION\s+)?(lock_timeout|statement_timeout|idle_in_transaction\w*)\b", re.I)
PATH = re.compile(r"\s*SET\s+(LOCAL\s+|SESSION\s+)?search_path\b", re.I)  # an env.py says first where names are looked up
VALUE = re.compile(r"\$\d+ = (NULL|'(?:[^']|'')*')")
UNSEEN = "SET pgwright_shadow.quiet = on; SET log_statement = 'none'; SET log_duration = off"  # it was recorded already
SEVERAL = re.compile(r";\s*\S")


def skippable(message: Observed) -> bool:
    """What the frame around a revision asks and sets: no line of the revision sent it, and it changes nothing."""
    return message.line is None and bool(LOOKS.match(message.message) or TIMEOUT.match(message.message))


def possible(messages: Sequence[Observed], version_table: str, *, known: bool) -> bool:
    """True when every message is plain DDL, or Alembic's version write with or without parameters.

    With `known` the revision's statements do not depend on rows, so that any of them will do, inside a transaction.
    """
    todo = [m for m in messages if not skippable(m)]
    if not todo or any(m.error or SEVERAL.search(m.message) for m in todo):
        return False
    if known and all(m.transaction is not None for m in todo):
        return True
    writes = re.compile(rf"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+(\S+\.)?\"?{re.escape(version_table)}\"?\b", re.I)
    return all(
        writes.match(m.message) or (not m.parameters and (PLAIN.match(m.message) or PATH.match(m.message)))
        for m in todo
    )


def messages(stage: Stage, database: str, recorded: Sequence[Observed]) -> bool:
    """Send the recorded messages again; False when the server refuses one (the caller then rebuilds)."""
    todo = [m for m in recorded if not skippable(m)]
    whole = all(m.transaction is not None for m in todo)
    with stage.connected(database) as conn:
        try:
            conn.execute(UNSEEN)
            with conn.transaction() if whole else nullcontext():
                if whole and not any(m.parameters for m in todo):
                    conn.execute("\n;\n".join(m.message for m in todo).encode())  # one after the other costs as much again
                    return True
                cursor = psycopg.RawCursor(conn)  # drivers that bind on the server write $1 where psycopg would write %s
                for message in todo:
                    cursor.execute(message.message.encode(), _bound(message.parameters), prepare=False)
        except psycopg.Error:
            return False
        finally:
            if not conn.closed:
                conn.execute("DISCARD ALL")  # the connection is kept: no role, setting or temporary table of the revision's
    return True


def _bound(parameters: str) -> list[str | None] | None:
    """The values that the server's log tells, in their order; None where the statement has none."""
    found = VALUE.findall(parameters)
    return [None if text == "NULL" else text[1:-1].replace("''", "'") for text in found] or None


def untouched(stage: Stage, database: str, snapshot: Snapshot) -> bool:
    """True when the database still is what the snapshot says."""
    return not diff(snapshot.schema, stage.capture(database, snapshot).schema)
