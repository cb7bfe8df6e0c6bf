"""A server that the user names by URL, in the place of one of our own.

It is not ours. Every database name that is handed in gets a prefix of this run's own, so no name leads to a database
that somebody else made; what bears the prefix is dropped at the end, nothing else is touched, roles included. It is
durable and may be far away, so it is slower, and its log is not ours to read: `log` is None, and a proof on it records
fewer things.
"""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent, silent
from pgwright.project.address import said
from pgwright.project.lost import is_lost
from pgwright.shadow.statements import statement

FIRST = 140000
OURS = "pgwright_"
ENCRYPTED = ("require", "verify-ca", "verify-full")
CERTIFICATES = ("sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword", "sslnegotiation")


class Unreachable(Refusal):
    """
    The server at {where} cannot be used: {why}
    Check the URL, or leave it out and let pgwright start a server of its own.
    """

    code = "PW-SHADOW-17"


class IsTheTarget(Refusal):
    """
    The server at {where} is the very cluster that the change is for (system identifier {identifier}).
    Name another server, or leave the URL out and let pgwright start one of its own.
    """

    code = "PW-SHADOW-18"


class RolesStay(Refusal):
    """
    roles appeared on the server at {where} while its databases were used: {roles}
    A role belongs to the whole server and pgwright takes none away from a server that is not its own, but this history
    makes roles and has to be built again without them. Leave the URL out: a server of pgwright's own can do that.
    Drop these by hand where nobody else made them: {statements}
    """

    code = "PW-SHADOW-19"


class NotCarried(Refusal):
    """
    The URL of the server at {where} asks for {names}, which cannot be handed on to every driver of the project.
    Name a server that takes connections without it, or leave the URL out.
    """

    code = "PW-SHADOW-31"


class OtherMajor(Refusal):
    """
    The server at {where} is PostgreSQL {found}, but major {wanted} is wanted.
    Name a server of major {wanted}, or leave the URL out: pgwright pg install {wanted} fetches one.
    """

    code = "PW-SHADOW-32"


@dataclass(slots=True)
class AttachedServer:
    """A user's server with the same methods as `Server`. The password is in `secret` alone, which is never printed."""

    host: str
    port: int
    user: str
    version: int
    source: str
    prefix: str
    secret: dict[str, Any] = field(repr=False)
    admin: psycopg.Connection[tuple[Any, ...]] = field(repr=False)
    is_superuser: bool = False
    log: Path | None = None
    shims: frozenset[str] = frozenset()
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def major(self) -> int:
        return self.version // 10000

    @property
    def password(self) -> str | None:
        """What the connection was opened with, wherever libpq found it (URL, PGPASSWORD, password file)."""
        return self.admin.info.password or None

    def name(self, wanted: str) -> str:
        """The wanted name behind our prefix, cut to what PostgreSQL keeps of a name. Its own name stays as it is."""
        return wanted if wanted.startswith(self.prefix) else f"{self.prefix}{wanted.removeprefix(OURS)}"[:63]

    def connect(self, dbname: str | None = None, *, autocommit: bool = True) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection to one of our databases, or to the one that the URL names."""
        parts = {**self.secret, **({"dbname": self.name(dbname)} if dbname else {})}
        try:
            return psycopg.connect(**parts, autocommit=autocommit)
        except psycopg.OperationalError as error:
            raise Unreachable(where=self.source, why=said(error)) from error

    def quietly(self, dbname: str) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection: there is no trace here that it could show in."""
        return self.connect(dbname)

    def create(self, name: str, template: str | None = None) -> None:
        """Make a database of ours, copied through the WAL: copying files forces checkpoints on a durable server."""
        named = "create_durable" if self.major >= 15 else "create_before_15"
        source = self._own(template) if template else sql.Identifier("template0")
        self.execute(statement(named, name=self._own(name), template=source))

    def drop(self, name: str) -> None:
        """Drop a database of ours."""
        self.execute(statement("drop", name=self._own(name)))

    def rename(self, name: str, new: str) -> None:
        """Rename a database of ours to another name of ours."""
        self.execute(statement("rename", name=self._own(name), new=self._own(new)))

    def drop_roles(self, roles: Collection[str]) -> None:
        """Refuse, when there are any: somebody else may have made them in the meantime."""
        if roles:
            drops = "; ".join(sql.SQL("DROP ROLE {}").format(sql.Identifier(r)).as_string() for r in sorted(roles))
            raise RolesStay(where=self.source, roles=", ".join(sorted(roles)), statements=drops)

    def client(self, dbname: str) -> tuple[list[str], dict[str, str]] | None:
        """The psql on PATH as a command, and its environment with the password; None where there is no psql."""
        found = shutil.which("psql")
        if found is None:
            return None
        command = [found, "-h", self.host, "-p", str(self.port), "-U", self.user, "-d", self.name(dbname)]
        return command, {"PATH": "/usr/bin:/bin", "PGPASSWORD": self.password or ""}

    def execute(self, query: sql.Composed) -> list[tuple[Any, ...]]:
        """Run housekeeping on the connection that is kept for it."""
        with self._turn:
            cursor = self.admin.execute(query)
            return cursor.fetchall() if cursor.description else []

    def require_alive(self, cause: BaseException | None = None, *, lost: bool = False) -> None:
        """Raise Unreachable when the connection that is kept answers no more."""
        try:
            self.execute(sql.SQL("SELECT 1").format())
        except psycopg.Error as error:
            raise Unreachable(where=self.source, why=said(error)) from cause

    def stop(self) -> None:
        """Nothing: the server is the user's. What we made goes when the block ends."""

    def _own(self, name: str) -> sql.Identifier:
        return sql.Identifier(self.name(name))


@contextmanager
def attach(url: str, *, target: int | None = None, on_event: OnEvent = silent) -> Iterator[AttachedServer]:
    """The server at `url` for the length of the block; everything made on it is dropped at its end.

    `target` is the system identifier of the database that the change is for. What a killed run left is dropped too.
    """
    where = _where(url)
    prefix = f"{OURS}{secrets.token_hex(4)}_"
    with _opened(url, where, prefix[:17]) as admin:
        server = _described(url, where, prefix, admin)
        _require_usable(server, where, target)
        _drop_all(server, "ours", on_event, mine=sql.Literal(prefix[:17]))
        roles = {row[0] for row in server.execute(statement("roles"))}
        try:
            yield server
        finally:
            _leave(server, roles, on_event)


def _leave(server: AttachedServer, roles: set[str], on_event: OnEvent) -> None:
    """Drop what was made, and tell what stays. Where the server went away the next run drops it, as after a kill."""
    try:
        _drop_all(server, "made", on_event, pattern=sql.Literal(server.prefix.replace("_", r"\_") + "%"))
        for role in sorted({row[0] for row in server.execute(statement("roles"))} - roles):
            told = f"a role stays on {server.source}: {role} (drop it when nothing else uses it)"
            on_event(Event("server", told, level="note"))
    except psycopg.Error as error:
        told = f"databases {server.prefix}… stay on {server.source} until the next run drops them: {said(error)}"
        on_event(Event("server", told, level="bad"))


@contextmanager
def _opened(url: str, where: str, application: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    try:
        admin = psycopg.connect(url, autocommit=True, application_name=application)
    except psycopg.Error as error:
        raise Unreachable(where=where, why=str(error).strip().splitlines()[0]) from None
    with admin:
        try:
            yield admin
        except psycopg.Error as error:
            if is_lost(error):
                raise Unreachable(where=where, why=said(error)) from error
            raise


def _described(url: str, where: str, prefix: str, admin: psycopg.Connection[tuple[Any, ...]]) -> AttachedServer:
    """The address as a number: looking a name up is nothing that the project's code may do while it is guarded."""
    info = admin.info
    row = admin.execute(statement("rights")).fetchone()
    return AttachedServer(
        host=info.host if info.host.startswith("/") else info.hostaddr or info.host, port=info.port, user=info.user,
        version=info.server_version, source=where, prefix=prefix, secret=dict(conninfo_to_dict(url)), admin=admin,
        is_superuser=bool(row and row[1]),
    )  # fmt: skip


def _require_usable(server: AttachedServer, where: str, target: int | None) -> None:
    if server.version < FIRST:
        raise Unreachable(where=where, why=f"it is PostgreSQL {server.major}, and 14 is the oldest that is supported")
    if not server.execute(statement("rights"))[0][0]:
        raise Unreachable(where=where, why=f"the user {server.user} may not create databases (ALTER USER ... CREATEDB)")
    asked = [f"sslmode={server.secret['sslmode']}"] if server.secret.get("sslmode") in ENCRYPTED else []
    asked += [name for name in CERTIFICATES if name in server.secret]
    if asked:
        raise NotCarried(where=where, names=", ".join(asked))
    if target is None:
        return
    try:
        identifier = int(server.execute(statement("identity"))[0][0])
    except psycopg.Error as error:
        why = f"it does not tell its system identifier, so it could be the target ({error.sqlstate})"
        raise Unreachable(where=where, why=why) from None
    if identifier == target:
        raise IsTheTarget(where=where, identifier=identifier)


def _drop_all(server: AttachedServer, which: str, on_event: OnEvent, **parts: sql.Composable) -> None:
    for (name,) in server.execute(statement(which, **parts)):
        try:
            server.execute(statement("drop", name=sql.Identifier(name)))
        except psycopg.Error as error:
            on_event(Event("server", f"the database {name} could not be dropped: {error}", level="bad"))


def _where(url: str) -> str:
    """Host, port and database of a URL: what may be shown of it."""
    parts: dict[str, Any] = {}
    with suppress(psycopg.Error):
        parts = dict(conninfo_to_dict(url))
    if not parts:
        raise Unreachable(where="the given URL", why="it is not a PostgreSQL URL or connection string") from None
    return f"{parts.get('host', 'local socket')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"
