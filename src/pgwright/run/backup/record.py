"""A Backup: what was taken of which database when, and what a restored copy of it must read like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import psycopg
from psycopg import sql

from pgwright.schema.catalog import capture
from pgwright.schema.fingerprint import fingerprint
from pgwright.schema.model import Schema

Connection = psycopg.Connection[tuple[Any, ...]]
Own = Literal["pg_dump", "pg_basebackup"]  # that pgwright takes itself
ACCESS = frozenset({"owner", "grants"})
# Text of values must not depend on how a session or a server is set up.
SAME_TEXT = (
    "SET DateStyle = ISO; SET TimeZone = 'UTC'; SET IntervalStyle = postgres; SET extra_float_digits = 3; "
    "SET bytea_output = hex"
)


@dataclass(frozen=True, slots=True)
class Content:
    """What a database holds: its schema without owners and rights, and per table the rows and a sum over their hashes."""

    fingerprint: str
    rows: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup. `restored` is when a copy of it was last restored and found equal; empty: never.

    One that is `listed` is known from its provider's listing alone: database, revisions and content are not told there.
    """

    provider: str  # one of Own, or of run/backup/providers
    id: str
    taken: str
    environment: str
    database: str
    identifier: str  # the cluster's system identifier
    major: int
    revisions: tuple[str, ...]
    location: str
    digest: str  # of the file; of the manifest where there are many
    content: Content
    roles: tuple[str, ...] = ()  # that policies and default privileges may name
    restored: str = ""
    listed: bool = False
    archived: str = ""  # the newest WAL segment in the provider's archive
    recovered: str = ""  # the last commit that the restored copy held
    format: str = "backup/1"


def content_of(conn: Connection, *, rows: bool = True) -> Content:
    """Schema and rows, of a database that nobody else changes."""
    schema = schema_of(conn)
    return Content(fingerprint(schema), rows_of(conn, schema) if rows else ())


def schema_of(conn: Connection) -> Schema:
    """The schema without what a restored copy has of its own: owners, rights, roles. Not inside a transaction."""
    return _bare(capture(conn, once=True).schema)


def rows_of(conn: Connection, schema: Schema) -> tuple[tuple[str, int, str], ...]:
    """(table, rows, sum over the hashes of their text), in the caller's transaction if there is one."""
    conn.execute(SAME_TEXT.encode())
    return tuple(_rows(conn, one.schema, one.name) for one in schema.tables())


def _rows(conn: Connection, schema: str, name: str) -> tuple[str, int, str]:
    query = sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM ONLY {} t")
    [(count, told)] = conn.execute(query.format(sql.Identifier(schema, name))).fetchall()
    return f"{schema}.{name}", int(count), str(told)


def _bare(schema: Schema) -> Schema:
    """Without owners, rights and roles: a restored copy has its own."""
    things = tuple(
        replace(one, properties=tuple(pair for pair in one.properties if pair[0] not in ACCESS))
        for one in schema.things if one.kind not in ("role", "default privileges", "subscription")
    )  # fmt: skip
    return replace(schema, relations=tuple(replace(one, owner="", grants=()) for one in schema.relations), things=things)
