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
from pgwright.gate.install import Installer, install
from pgwright.gate.signers import Listed
from pgwright.project.settings import Environment
from pgwright.shadow.server import Server

Connection = psycopg.Connection[tuple[Any, ...]]
LOGINS: dict[Who, str] = {
    "app": "app",
    "runner": "pgwright_runner",
    "opened": "pgwright_runner",
    "master": "master",
    "superuser": "postgres",
}
SIGNERS = ("alice", "alice2", "bob", "mallory", "carol")
ENVIRONMENT = Environment("scene", "staging", "SCENE_URL")
_numbers = count(1)


class Scene:
    """One database of the matrix; a template of the same content stands beside it for cases of their own."""

    schema, app = "shop", "app"

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
        planned = install(Installer(conn, ENVIRONMENT), [signer(keys, one) for one in SIGNERS])
        assert planned.tier == "T2"
        if tier == "T1":
            with conn.transaction():
                guard.unwatch(conn)
                guard.set_tier(conn, "T1")


def signer(keys: Keys, person: str) -> Listed:
    """alice has two keys; carol's counts only when it was touched."""
    return Listed(person.removesuffix("2"), *keys.public(person), person == "carol")
