"""The guard inside the database: its SQL, in the order in which it is laid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.resources import files
from typing import Any, Literal

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[Any, ...]]
Tier = Literal["T1", "T2"]

VERSION = 2
FILES = ("ed25519", "sshsig", "tables", "ledger", "approval", "session", "content", "signers", "access")
OWNER, GATE, RUNNER = "pgwright_owner", "pgwright_gate", "pgwright_runner"
OURS = ("guard", "signer", "seat", "run", "used", "ledger", "moved")
EVENT_TRIGGERS = ("pgwright_command", "pgwright_drop", "pgwright_rewrite")


def text(name: str) -> str:
    """The SQL file of that name."""
    return (files("pgwright.gate") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def lay(conn: Connection, *, quorum: int = 1, exempt: Sequence[str] = (), also: str = "") -> None:
    """Roles, schema, tables and functions, in the caller's transaction; again on what is there brings it up to date.

    The event triggers are not part of it: `watch` adds them when everything else is in place.
    """
    unwatch(conn)
    conn.execute(text("roles").encode())
    with borrowed(conn):
        schema, gate = sql.Identifier("pgwright"), sql.Identifier(GATE)
        conn.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(schema, gate))
        conn.execute(sql.SQL("ALTER SCHEMA {} OWNER TO {}").format(schema, gate))
        _adopt_tables(conn)
    with as_gate(conn):
        for name in FILES:
            conn.execute(text(name).encode())
        if also:
            conn.execute(also.encode())
        conn.execute(text("runs").encode())
        conn.execute(
            "INSERT INTO pgwright.guard (version, tier, quorum, exempt) VALUES (%s, 'T1', %s, %s)"
            " ON CONFLICT (only_one) DO UPDATE SET version = EXCLUDED.version, quorum = EXCLUDED.quorum,"
            " exempt = EXCLUDED.exempt",
            (VERSION, quorum, list(exempt)),
        )


def clear(conn: Connection) -> None:
    """Take the guard away, its ledger too; tables of others in the schema stay. Roles go unless another database uses them."""
    roles = (RUNNER, OWNER, GATE)
    with ExitStack() as stack:
        for role in roles:
            stack.enter_context(borrowed(conn, role, inherit=True))
        _drop_objects(conn)
        for role in roles:
            conn.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
    for role in roles:
        try:
            with conn.transaction():
                conn.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
        except psycopg.errors.DependentObjectsStillExist:
            continue


def _drop_objects(conn: Connection) -> None:
    """Our tables and functions, and the schema when nothing else is in it."""
    for named in OURS:
        conn.execute(sql.SQL("DROP TABLE IF EXISTS pgwright.{} CASCADE").format(sql.Identifier(named)))
    for (signature,) in conn.execute(
        "SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'pgwright'::regnamespace"
    ).fetchall():
        conn.execute(f"DROP FUNCTION IF EXISTS {signature} CASCADE".encode())
    if conn.execute("SELECT 1 FROM pg_catalog.pg_class WHERE relnamespace = 'pgwright'::regnamespace").fetchall():
        conn.execute("ALTER SCHEMA pgwright OWNER TO SESSION_USER")
        tables = (
            "SELECT c.oid::regclass::text FROM pg_catalog.pg_class c"
            " WHERE c.relnamespace = 'pgwright'::regnamespace AND c.relkind = 'r'"
        )
        for (name,) in conn.execute(tables).fetchall():
            conn.execute(f"ALTER TABLE {name} OWNER TO SESSION_USER".encode())
    else:
        conn.execute("DROP SCHEMA pgwright")


def _adopt_tables(conn: Connection) -> None:
    """Tables that were in the schema before the guard (the runner's journal) become the gate's."""
    for (name,) in conn.execute(
        "SELECT c.oid::regclass::text FROM pg_catalog.pg_class c WHERE c.relnamespace = 'pgwright'::regnamespace"
        " AND c.relkind = 'r' AND c.relowner <> 'pgwright_gate'::regrole"
    ).fetchall():
        conn.execute(f"ALTER TABLE {name} OWNER TO {GATE}".encode())


@contextmanager
def acting(conn: Connection, role: str) -> Iterator[None]:
    """As that role, in the caller's transaction. The caller has borrowed it."""
    conn.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
    yield
    conn.execute("RESET ROLE")


@contextmanager
def as_gate(conn: Connection) -> Iterator[None]:
    """As the owner of the guard, in the caller's transaction."""
    with borrowed(conn), acting(conn, GATE):
        yield


def watch(conn: Connection) -> None:
    """T2: the event triggers. Raises InsufficientPrivilege where the server does not allow them to this login."""
    conn.execute(text("event_triggers").encode())
    set_tier(conn, "T2")


def unwatch(conn: Connection) -> None:
    """Without the event triggers: T1. No event fires for their own removal."""
    for name in EVENT_TRIGGERS:
        conn.execute(sql.SQL("DROP EVENT TRIGGER IF EXISTS {}").format(sql.Identifier(name)))


@contextmanager
def borrowed(conn: Connection, role: str = GATE, *, inherit: bool = False) -> Iterator[None]:
    """For the length of the block this login may SET ROLE to `role`, and with `inherit` act on what it owns.

    Superusers may anyway, others grant it to themselves.
    """
    [(login, is_superuser)] = conn.execute(
        "SELECT session_user, rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user"
    )
    names = {"role": sql.Identifier(role), "login": sql.Identifier(login)}
    options = f" WITH INHERIT {inherit}, SET TRUE" if conn.info.server_version >= 160000 else ""
    if not is_superuser:
        conn.execute(sql.SQL("GRANT {role} TO {login}{options}").format(**names, options=sql.SQL(options)))
    try:
        yield
    finally:
        if not is_superuser and conn.info.transaction_status != psycopg.pq.TransactionStatus.INERROR and not conn.closed:
            conn.execute(sql.SQL("REVOKE {role} FROM {login}").format(**names))


def set_tier(conn: Connection, tier: Tier) -> None:
    """Write down which tier this database is at."""
    with as_gate(conn):
        conn.execute("UPDATE pgwright.guard SET tier = %s", (tier,))
