"""Plays one case on a database that holds the scene, and says what came of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol

import psycopg

from pgwright.gate.bypass.case import Case, Who
from pgwright.gate.bypass.signing import NotSignable, Signer, signature
from pgwright.project.lost import is_lost

Connection = psycopg.Connection[tuple[Any, ...]]
NOT_TRIED = "-"


class Scene(Protocol):
    """A guarded database with the tables of `scene.sql`, and ways to log in to it."""

    @property
    def schema(self) -> str: ...
    @property
    def database(self) -> str: ...
    @property
    def cluster(self) -> str: ...
    @property
    def app(self) -> str:
        """The application's login."""

    @property
    def signer(self) -> Signer: ...

    def login(self, who: Who) -> AbstractContextManager[Connection]:
        """A connection of that login inside a transaction that is rolled back at the end of the block."""

    def alone(self) -> AbstractContextManager[Alone]:
        """A copy of the scene that is thrown away. Raises NotSignable's kin where none can be made."""


class Alone(Protocol):
    """A scene for one case, in which commits are real."""

    scene: Scene

    def connect(self, who: Who) -> Connection:
        """A connection of that login, in autocommit."""


class NotHere(Exception):
    """The case needs what this scene cannot give (a database of its own, a login)."""


def play(case: Case, scene: Scene) -> str:
    """The outcome of a case: holds, GAP, works, BROKEN, absent, `-` when it cannot be tried here."""
    try:
        if not case.alone:
            with scene.login(case.who) as conn:
                return _played(_filled(case, scene), scene, conn)
        with scene.alone() as alone, alone.connect(case.who) as conn:
            return _played(_filled(case, alone.scene), alone.scene, conn)
    except (NotSignable, NotHere):
        return NOT_TRIED


def _played(case: Case, scene: Scene, conn: Connection) -> str:
    if case.who == "opened":
        try:
            enter(conn, case, scene)
        except psycopg.Error as error:
            if is_lost(error):  # says nothing about the guard
                raise
            return case.outcome(error.sqlstate, early=bool(case.tries))
    for at, one in enumerate(case.tries):
        try:
            conn.execute(one.encode())
        except psycopg.Error as error:
            if is_lost(error):
                raise
            return case.outcome(error.sqlstate, early=at < len(case.tries) - 1)
    return case.outcome(None)


def enter(conn: Connection, case: Case, scene: Scene) -> None:
    """Open the case's approval and become the owner, as the runner does. In a scene's transaction the seal comes early."""
    document, signatures = approved(case, scene)
    for place in (*case.ran, *case.given_up):
        steps = case.parts[place]
        conn.execute("SELECT pgwright.open(%s, %s, %s)", (document, signatures, digests(steps)))
        for number in range(1, 1 + len(steps) if place in case.ran else 1):
            conn.execute("SELECT pgwright.done(%s)", (number,))
        conn.execute("SELECT pgwright.close('{}')")
    with conn.transaction():
        conn.execute("SELECT pgwright.open(%s, %s, %s)", (document, signatures, digests(case.steps)))
        conn.execute("SET ROLE pgwright_owner")
        if case.sealed:
            conn.execute("SET CONSTRAINTS ALL IMMEDIATE")


def approved(case: Case, scene: Scene) -> tuple[str, list[str]]:
    """The approval's text and its signatures."""
    document = approval(case, scene)
    changed = document.replace(*case.after) if case.after[0] else document
    signed = [signature(scene.signer, who, changed if who.endswith("/late") else document) for who in case.signed]
    return changed, signed


def approval(case: Case, scene: Scene) -> str:
    """The text that is signed."""
    lines: dict[str, str | None] = {
        "format": "run/1" if case.parts else "approval/1",
        "what": "Add users.email",
        "cluster": scene.cluster,
        "database": scene.database,
        "plan": None if case.parts else _plan(case.steps),
        "author": "mallory",
        "quorum": "1",
        "expires": _moment(timedelta(hours=1)),
        "nonce": secrets.token_hex(16),
        **case.approval,
    }
    text = "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None)
    named = [("part", f"{_plan(one)} {'0' * 64} r{at}") for at, one in enumerate(case.parts)]
    named += [("drop", one) for one in case.drops] + [("rewrite", one) for one in case.rewrites]
    return text + "".join(f"{key}: {value}\n" for key, value in named)


def digests(steps: Sequence[str]) -> list[str]:
    """The digest of each message, as Step.digest makes it: no parameters."""
    return [sha256(f"{one}\0".encode()).hexdigest() for one in steps]


def _plan(steps: Sequence[str]) -> str:
    """What an approval says of the steps."""
    return sha256("\n".join(digests(steps)).encode()).hexdigest()


def _moment(ahead: timedelta) -> str:
    return (datetime.now(UTC) + ahead).strftime("%Y-%m-%dT%H:%M:%SZ")


def _filled(case: Case, scene: Scene) -> Case:
    """The case with the names of this scene in it."""
    names = {"s": scene.schema, "app": scene.app, "db": scene.database, "second_ago": _moment(timedelta(seconds=-1))}

    def fill(text: str) -> str:
        return text.format(**names)

    return replace(
        case,
        tries=tuple(map(fill, case.tries)),
        steps=tuple(map(fill, case.steps)),
        parts=tuple(tuple(map(fill, one)) for one in case.parts),
        drops=tuple(map(fill, case.drops)),
        rewrites=tuple(map(fill, case.rewrites)),
        approval={key: value and fill(value) for key, value in case.approval.items()},
    )
