"""Moves what the application's logins own to pgwright_owner, one object and one short transaction at a time, and back.

A login that owned a table may do everything with it; afterwards it has what an application needs. Change of owner and
grant are one transaction, so that a live application never meets a table that it may not use.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from pgwright.gate.guard import GATE, OWNER, Connection, acting
from pgwright.gate.guard_refusals import StillInUse
from pgwright.gate.statements import statement

LOCK_TIMEOUT = "200ms"  # an ALTER that waits makes everybody else wait behind it
PATIENCE = 60.0
RIGHTS = {  # what an application's login keeps, by kind; the rest has no rights of its own or is open to all
    "SCHEMA": "USAGE",
    "TABLE": "SELECT, INSERT, UPDATE, DELETE",
    "VIEW": "SELECT, INSERT, UPDATE, DELETE",
    "FOREIGN TABLE": "SELECT, INSERT, UPDATE, DELETE",
    "MATERIALIZED VIEW": "SELECT",
    "SEQUENCE": "USAGE, SELECT, UPDATE",
    "FUNCTION": "EXECUTE",
    "PROCEDURE": "EXECUTE",
    "AGGREGATE": "EXECUTE",
    "TYPE": "USAGE",
    "DOMAIN": "USAGE",
}
RELATIONS = ("TABLE", "VIEW", "FOREIGN TABLE", "MATERIALIZED VIEW")


@dataclass(frozen=True, slots=True)
class Thing:
    """One object, as GRANT and ALTER name it, with who owns it and what its ACL says (None: the default)."""

    kind: str
    identity: str
    owner: str
    moves: bool = True  # false: a sequence of a column, which follows its table
    privileges: tuple[str, ...] | None = None

    @property
    def on(self) -> str:
        """The name after GRANT ... ON."""
        kind = "TABLE" if self.kind in RELATIONS else "FUNCTION" if self.kind == "AGGREGATE" else self.kind
        return f"{'TYPE' if kind == 'DOMAIN' else kind} {self.identity.removesuffix('(*)')}"


def owned(conn: Connection) -> tuple[Thing, ...]:
    """What is still owned by somebody else, in the order in which it can be moved."""
    with conn.transaction():
        conn.execute("SET LOCAL search_path = pg_catalog")
        rows = conn.execute(statement("owned")).fetchall()
    return tuple(Thing(kind, name, owner, moves, tuple(acl) if acl else None) for kind, name, owner, moves, acl in rows)


def take(conn: Connection, thing: Thing, superusers: Sequence[str]) -> None:
    """Give one object to pgwright_owner, remember whose it was, and leave its owner what an application needs."""

    if not thing.moves:
        return  # it went with its table

    def work() -> None:
        followers = _sequences(conn, thing)
        for one in (thing, *followers):
            remember(conn, one)
        _alter_owner(conn, thing, OWNER)
        with acting(conn, OWNER):
            if thing.owner not in superusers:
                for one in (thing, *followers):
                    if rights := RIGHTS.get(one.kind):
                        conn.execute(f"GRANT {rights} ON {one.on} TO {_name(conn, thing.owner)}".encode())
            if thing.kind in RELATIONS:
                conn.execute(f"REVOKE TRUNCATE ON {thing.on} FROM {OWNER}".encode())

    _patiently(conn, thing, work)


def remember(conn: Connection, thing: Thing) -> None:
    """Write down whose it was, once, in the caller's transaction."""
    with acting(conn, GATE):
        conn.execute(
            "INSERT INTO pgwright.moved VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (thing.kind, thing.identity, thing.owner, list(thing.privileges) if thing.privileges else None),
        )


def give_back(conn: Connection, thing: Thing) -> None:
    """Undo `take`: the owner, and every privilege as it was."""

    def work() -> None:
        if thing.moves:
            _alter_owner(conn, thing, thing.owner)
        if thing.kind in RIGHTS:
            _restore(conn, thing)
        if thing.kind == "SCHEMA":  # foreign keys are checked as the owner of the tables that are still to follow
            conn.execute(f"GRANT USAGE ON SCHEMA {thing.identity} TO {OWNER}".encode())
        with acting(conn, GATE):
            conn.execute("DELETE FROM pgwright.moved WHERE kind = %s AND identity = %s", (thing.kind, thing.identity))

    _patiently(conn, thing, work)


def remembered(conn: Connection) -> tuple[Thing, ...]:
    """What `take` moved, in the order in which it can go back; what was dropped since is left out."""
    there = {(kind, identity): moves for kind, identity, _, moves, _ in _everything(conn)}
    rows = conn.execute(statement("remembered")).fetchall()
    return tuple(
        Thing(kind, identity, owner, there[kind, identity], tuple(acl) if acl else None)
        for kind, identity, owner, acl in rows
        if (kind, identity) in there
    )


def _everything(conn: Connection) -> list[tuple[str, str, str, bool, list[str] | None]]:
    """As `owned`, whoever owns it."""
    text = statement("owned").as_string(conn).replace("NOT IN ('pgwright_owner', 'pgwright_gate')", "IS NOT NULL")
    with conn.transaction():
        conn.execute("SET LOCAL search_path = pg_catalog")
        return conn.execute(text.encode()).fetchall()


def _sequences(conn: Connection, thing: Thing) -> list[Thing]:
    """The sequences of a table's columns: they change owner in the same moment."""
    if thing.kind not in ("TABLE", "FOREIGN TABLE"):
        return []
    rows = conn.execute(statement("sequences", table=thing.identity)).fetchall()
    return [Thing("SEQUENCE", name, thing.owner, False, tuple(acl) if acl else None) for name, acl in rows]


def _alter_owner(conn: Connection, thing: Thing, owner: str) -> None:
    conn.execute(f"ALTER {thing.kind} {thing.identity} OWNER TO {_name(conn, owner)}".encode())


def _restore(conn: Connection, thing: Thing) -> None:
    """The privileges as they were: the default where there was no ACL."""
    owner = _name(conn, thing.owner)
    current = [one for one in _everything(conn) if one[:2] == (thing.kind, thing.identity)]
    for (grantee,) in conn.execute(statement("grantees", acl=current[0][4] if current else None)).fetchall():
        conn.execute(f"REVOKE ALL ON {thing.on} FROM {grantee}".encode())
    if thing.privileges is None:
        conn.execute(f"GRANT ALL ON {thing.on} TO {owner}".encode())
        if RIGHTS[thing.kind] in ("EXECUTE",) or thing.kind in ("TYPE", "DOMAIN"):
            conn.execute(f"GRANT ALL ON {thing.on} TO PUBLIC".encode())
        return
    for grantee, right, grantable in conn.execute(statement("granted", acl=list(thing.privileges))).fetchall():
        option = " WITH GRANT OPTION" if grantable and grantee != owner else ""
        conn.execute(f"GRANT {right} ON {thing.on} TO {grantee}{option}".encode())


def _patiently(conn: Connection, thing: Thing, work: Callable[[], None]) -> None:
    """In a transaction under a short lock timeout, again and again. Raises StillInUse."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with conn.transaction():
                conn.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'".encode())
                work()
            return
        except psycopg.errors.LockNotAvailable as error:
            if time.monotonic() > deadline:
                raise StillInUse(identity=thing.identity, seconds=PATIENCE) from error


def _name(conn: Connection, role: str) -> str:
    return sql.Identifier(role).as_string(conn)
