"""Sessions that a change of a column's type breaks, and how they get a new connection in that very moment.

A driver that prepares statements on the server keeps plans whose result has the old type; the next call fails with "cached
plan must not change result type" (SQLSTATE 0A000). Measured with the clinic example, SQLAlchemy and psycopg 3: one error
for each connection in the pool; asyncpg the same; psycopg2 and libpq's simple protocol: none.

Nobody can see the prepared statements of another session, so every session that is older than the change is named. On
request idle ones are ended while the lock is held, when no other one is busy: a pool that tests its connections
(`pool_pre_ping`) hands out new ones, and the application sees nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import postgast
import psycopg

from pgwright.run.session import Session
from pgwright.step import Observed


@dataclass(frozen=True, slots=True)
class Client:
    """A session of the application's; `ours` says that the role may end it."""

    pid: int
    application: str
    state: str
    age: float
    ours: bool


class Busy(psycopg.errors.LockNotAvailable):
    """Somebody was in a transaction: tried again like a lock that was not to be had."""


def retyped(messages: Sequence[Observed]) -> tuple[str, ...]:
    """The columns, as `table.column`, that have another type under the same name after these messages."""
    changed, freed = [], set()
    for message in messages:
        for table, column, was in _changes(message.message):
            if was is None or (table, column) in freed:
                changed.append(f"{table}.{column}")
            if was is not None:
                freed.add((table, was))
    return tuple(dict.fromkeys(changed))


def _changes(message: str) -> Iterator[tuple[str, str, str | None]]:
    """(table, column, the name that it had before a rename; None where its type changes)."""
    try:
        statements = postgast.parse(message).stmts
    except postgast.PgQueryError:
        return
    for raw in statements:
        kind = raw.stmt.WhichOneof("node")
        if kind == "rename_stmt" and _name(raw.stmt.rename_stmt, "rename_type") == "OBJECT_COLUMN":
            node = raw.stmt.rename_stmt
            yield node.relation.relname, node.newname, node.subname
        elif kind == "alter_table_stmt":
            node = raw.stmt.alter_table_stmt
            for item in node.cmds:
                if _name(item.alter_table_cmd, "subtype") == "AT_AlterColumnType":
                    yield node.relation.relname, item.alter_table_cmd.name, None


def _name(node: Any, field: str) -> str:
    """The word of an enumeration, as PostgreSQL's source has it."""
    kind = node.DESCRIPTOR.fields_by_name[field].enum_type
    return str(kind.values_by_number[getattr(node, field)].name)


def clients(session: Session) -> list[Client]:
    """The application's sessions on this database, the oldest first."""
    return [Client(*row) for row in session.look("clients", own=session.about.pid)]


def in_words(columns: Sequence[str], found: Sequence[Client]) -> str:
    """Who may be hit, for people; empty when nobody is connected."""
    if not found:
        return ""
    count = Counter(client.application for client in found)
    named = ", ".join(f"{name} ({number})" for name, number in count.most_common(5))
    age = f"up to {max(client.age for client in found):,.0f} s old"
    return (f"{len(found)} sessions, {age}, may hold a prepared statement on {', '.join(columns)}: {named}. "
            "Those that do fail once or until they connect anew, unless --recycle ends the idle ones")  # fmt: skip


def warn(session: Session, messages: Sequence[Observed]) -> bool:
    """Name the sessions that the step breaks; True when it changes a type at all."""
    columns = retyped(messages)
    if columns and not session.policy.recycle and (told := in_words(columns, clients(session))):
        session.tell("prepared-plans", told, level="note")
    return bool(columns)


def recycle(session: Session, *, patient: bool) -> None:
    """End the idle sessions, the lock being held. Raises Busy while others are in a transaction and we are patient."""
    found = clients(session)
    busy = [client for client in found if client.state != "idle"]
    if busy and patient:
        raise Busy(f"{len(busy)} sessions are in a transaction")
    idle = [client.pid for client in found if client.state == "idle" and client.ours]
    session.look("end", pids=idle)
    left = len(found) - len(idle)
    text = f"{len(idle)} idle sessions ended" + (f"; {left} could not be and may fail" if left else "")
    session.tell("recycled", text, level="note" if left else "step")
