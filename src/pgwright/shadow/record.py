"""The recorder: reads what a shadow server did from the server's own log.

Backends of a shadow write straight to one file (no collector), so a statement's lines are there before the client has
its answer: reading needs no waiting. `sql/record.sql` adds locks, drops and rewrites to the same stream.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg

from pgwright.step import Lock, Observed, Rows

PROBE = "SELECT pgwright_shadow.observe() /* pgwright */"
LINE = re.compile(r"^@@(\d+)\|([^|]*)\|(\d+)\|(\d+)\|([0-9A-Z]{5})\|([^@]*)@@ ([A-Z]+\d?):  ", re.M)
SINCE_15 = re.compile(r"^.*-- since 15\n", re.M)
COUNTED = ("table", "materialized view")  # an index counts what its scans find, which the table's count holds too
OURS = ("pgwright_shadow", "pg_toast")
SENT = re.compile(r"(?:statement|execute [^:]*): ", re.S)
OPENS = re.compile(r"\s*(BEGIN|START\s+TRANSACTION)\b", re.I)
CLOSES = re.compile(r"\s*(COMMIT|END|ROLLBACK(?!\s+TO)|ABORT)\b", re.I)
# What drivers and SQLAlchemy ask when they connect, and Alembic of its own table: no part of a revision.
FRAME = re.compile(
    r"\s*(BEGIN|START\s+TRANSACTION|COMMIT|ROLLBACK\s*;?\s*$|select pg_catalog\.version\(\)|select current_schema\(\)"
    r"|show\s+(standard_conforming_strings|transaction isolation level)|SET SESSION CHARACTERISTICS"
    r"|SELECT\s+t\.oid,\s*typarray|SELECT\s+typname AS name, oid|(SAVEPOINT|RELEASE)\s.?_pg3_"
    r"|SELECT pg_catalog\.pg_class\.relname|SELECT\s+(\S+\.)?version_num\s+FROM"
    r"|SELECT\s+CAST\('test|DISCARD|DEALLOCATE)",
    re.I,
)


def install(conn: psycopg.Connection[Any]) -> None:
    """Put the recorder into a database (a template: clones inherit it)."""
    text = (files("pgwright.shadow") / "sql" / "record.sql").read_text()
    if conn.info.server_version < 150000:
        text = SINCE_15.sub("", text)
    conn.execute(text.encode())


@dataclass(slots=True)
class _Draft:
    """An Observed while its lines go by."""

    message: str
    transaction: int | None
    parameters: str = ""
    duration: float = 0.0
    locks: set[Lock] = field(default_factory=set)
    rewrites: list[str] = field(default_factory=list)
    drops: list[str] = field(default_factory=list)
    rows: dict[str, Rows] = field(default_factory=dict)
    notice: str = ""
    error: str = ""

    def observed(self) -> Observed:
        """The finished message."""
        return Observed(
            self.message,
            self.parameters,
            self.duration,
            tuple(sorted(self.locks)),
            tuple(self.rewrites),
            tuple(self.drops),
            tuple(sorted(self.rows.values())),
            self.transaction,
            notice=self.notice,
            error=self.error,
        )


@dataclass(slots=True)
class _Session:
    """What is known of one backend while its lines go by."""

    transaction: int | None = None
    current: _Draft | None = None
    last: _Draft | None = None  # the message before: what a probe tells is of that one
    held: set[tuple[str, str]] = field(default_factory=set)
    counted: dict[str, tuple[int, int]] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)  # oid -> identity of what this transaction dropped


class Recorder:
    """Reads the messages between two calls; one per server."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._offset = 0
        self._transactions = 0
        self.skip()

    def skip(self) -> None:
        """Forget everything up to now."""
        self._offset = self.log.stat().st_size

    def read(self) -> tuple[Observed, ...]:
        """Every message of a client since the last call, in order, ours and the drivers' own left out."""
        with self.log.open("rb") as file:
            file.seek(self._offset)
            text = file.read()
        self._offset += len(text)
        self._transactions = 0
        sessions: dict[str, _Session] = {}
        seen: list[_Draft] = []
        for session_id, state, level, body in _entries(text.decode("utf-8", "replace")):
            session = sessions.setdefault(session_id, _Session())
            self._take(session, state, level, body, seen)
        for session in sessions.values():
            _finish(session, seen)
        return tuple(d.observed() for d in seen if not FRAME.match(d.message) and "/* pgwright */" not in d.message)

    def _take(self, session: _Session, state: str, level: str, body: str, seen: list[_Draft]) -> None:
        current = session.current
        if level == "LOG" and (sent := SENT.match(body)):
            _finish(session, seen)
            self._start(session, body[sent.end() :])
        elif level == "LOG" and body.startswith("pgwright:"):
            _note(session, body)
        elif level == "LOG" and body.startswith("duration: ") and current is not None:
            current.duration = current.duration or float(body.split()[1]) / 1000
            _finish(session, seen)
        elif level == "DETAIL" and current is not None and body.lower().startswith("parameters: "):
            current.parameters = body[len("parameters: ") :]
        elif level in ("NOTICE", "WARNING") and current is not None:
            current.notice = f"{current.notice}\n{body}".strip()
        elif level in ("ERROR", "FATAL") and current is not None and current.message:
            current.error = state
            _finish(session, seen)

    def _start(self, session: _Session, message: str) -> None:
        opens = OPENS.match(message)
        if opens:
            self._transactions += 1
            session.transaction = self._transactions
        if session.transaction is None or opens:
            session.held.clear()
            session.counted.clear()
            session.gone.clear()
        session.current = _Draft(message, session.transaction)
        if CLOSES.match(message):
            session.transaction = None


def _entries(text: str) -> Iterator[tuple[str, str, str, str]]:
    """(session, sqlstate, level, body) of each log line; the server indents continuation lines by one tab."""
    found = list(LINE.finditer(text))
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text)
        yield match[2], match[5], match[7], text[match.end() : end].rstrip("\n").replace("\n\t", "\n")


def _finish(session: _Session, seen: list[_Draft]) -> None:
    if session.current is not None:
        seen.append(session.current)
        session.current, session.last = None, session.current


def _note(session: _Session, body: str) -> None:
    """Add what the recorder said to the message it belongs to: the running one, or for a probe the one before."""
    probing = session.current is None or "/* pgwright */" in session.current.message
    target = session.last if probing else session.current
    if target is None:
        return
    kind, _, text = body.partition(" ")
    data = json.loads(text)
    if kind == "pgwright:locks":
        _add_locks(session, target, data)
    elif kind == "pgwright:drops":
        session.gone.update({str(oid): identity for oid, _, identity, _, part in data if not part})
        target.drops += [f"{k} {name}" for _, k, name, asked, _ in data if asked]
    elif kind == "pgwright:rewrite":
        target.rewrites.append(data[0])


def _add_locks(session: _Session, target: _Draft, data: list[list[Any]]) -> None:
    """The locks that are new since the transaction's last observation, and the rows counted since then."""
    for oid, known, modes, read, written in data:
        relation = f"{known['schema']}.{known['name']}" if known["name"] else session.gone.get(str(oid))
        if relation is None or known["schema"] in OURS:
            continue
        new = [mode for mode in modes if (relation, mode) not in session.held]
        session.held.update((relation, mode) for mode in new)
        target.locks.update(Lock(relation, mode) for mode in new)
        if known["type"] not in COUNTED:
            continue
        before = session.counted.get(relation, (0, 0))
        session.counted[relation] = (read, written)
        more = (max(0, read - before[0]), max(0, written - before[1]))
        if any(more):
            old = target.rows.get(relation, Rows(relation, 0, 0))
            target.rows[relation] = Rows(relation, old.read + more[0], old.written + more[1])
