"""Guarded databases on a throw-away server, with real logins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

import psycopg
from keys import Keys
from psycopg import sql

from pgwright.gate import guard
from pgwright.gate.bypass.case import Who
from pgwright.shadow.server import Server

Connection = psycopg.Connection[tuple[Any, ...]]
LOGINS: dict[Who, str] = {
    "app": "app",
    "runner": "pgwright_runner",
    "opened": "pgwright_runner",
    "master": "master",
    "superuser": "postgres",
}
_numbers = count(1)


class Scene:
    """One database of the matrix; a template of the same content stands beside it for cases of their own."""

    schema = "shop"

    def __init__(self, server: Server, template: str, cluster: str, keys: Keys) -> None:
        self.server, self.template, self.cluster, self.signer = server, template, cluster, keys
        self.database = f"{template}_{next(_numbers)}"
        server.create(self.database, template)
        self._kept: dict[str, Connection] = {}

    @contextmanager
    def login(self, who: Who) -> Iterator[Connection]:
        conn = self._kept.get(who)
        if conn is None or conn.closed:
            conn = self._kept[who] = connect(self.server, self.database, LOGINS[who], autocommit=False)
        try:
            yield conn
        finally:
            with suppress(psycopg.Error):
                conn.rollback()
                conn.autocommit = True
                conn.execute("DISCARD ALL")
                conn.autocommit = False

    @contextmanager
    def alone(self) -> Iterator[Alone]:
        scene = Scene(self.server, self.template, self.cluster, self.signer)
        try:
            yield Alone(scene)
        finally:
            scene.close()

    def connect(self, who: Who | str) -> Connection:
        return connect(self.server, self.database, LOGINS.get(who, who))  # type: ignore[call-overload, no-any-return]

    def close(self) -> None:
        for conn in self._kept.values():
            conn.close()
        self.server.drop(self.database)


class Alone:
    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.connect = scene.connect


def connect(server: Server, database: str, user: str, *, autocommit: bool = True) -> Connection:
    return psycopg.connect(
        host=server.host, port=server.port, user=user, dbname=database, autocommit=autocommit, prepare_threshold=None
    )


def build(server: Server, name: str, tier: str, keys: Keys) -> None:
    """A template: the application's tables as its own login made them, then the guard laid over."""
    with server.connect() as admin:
        for role, options in {"app": "", "master": "CREATEROLE CREATEDB"}.items():
            with suppress(psycopg.errors.DuplicateObject):
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN {}").format(sql.Identifier(role), sql.SQL(options)))
    server.create(name)
    with server.connect(name) as conn:
        conn.execute("CREATE SCHEMA shop AUTHORIZATION app")
        conn.execute("SET ROLE app")
        conn.execute(guard.text("scene").format(s="shop").encode())
        conn.execute("RESET ROLE")
        if tier == "T0":
            return
        with conn.transaction():
            guard.lay(conn)
            for person in ("alice", "alice2", "bob", "mallory", "carol"):
                kind, key = keys.public(person)
                conn.execute(
                    "SELECT pgwright.list_signer(%s, %s, %s, %s)",
                    (person.removesuffix("2"), kind, key, person == "carol"),
                )
            conn.execute(MOVE)
            if tier == "T2":
                guard.watch(conn)


MOVE = """
REASSIGN OWNED BY app TO pgwright_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA shop TO app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA shop TO app;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA shop TO app;
REVOKE TRUNCATE ON ALL TABLES IN SCHEMA shop FROM pgwright_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE pgwright_owner REVOKE TRUNCATE ON TABLES FROM pgwright_owner;
CREATE TRIGGER pgwright_version BEFORE INSERT OR UPDATE OR DELETE ON shop.alembic_version
    FOR EACH STATEMENT EXECUTE FUNCTION pgwright.on_version();
"""
