"""A tiny project with people who sign, and a database that stands for production at one of the three tiers."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from ssh_keys import make_key, public_words
from target import AUTOCOMMIT, QUICK, Target, url_of
from tiny_project import TABLE, Tiny

from pgwright import project, verbs
from pgwright.event import Event
from pgwright.gate import guard, ledger
from pgwright.gate.install import Installer, install
from pgwright.gate.signers import listed, read_signers
from pgwright.project.settings import Environment
from pgwright.run import journal
from pgwright.shadow.binaries import find
from pgwright.shadow.server import Server, start
from pgwright.verbs.approve import approve, request
from pgwright.verbs.place import place_of

SETTINGS = '[environments.production]\nkind = "production"\nurl_env = "PRODUCTION_URL"\n'
NOTE = ('op.add_column("customers", sa.Column("note", sa.Text()))', 'op.drop_column("customers", "note")')
INDEX = (
    AUTOCOMMIT + 'op.create_index("ix_mail", "customers", ["mail"], postgresql_concurrently=True)',
    AUTOCOMMIT + 'op.drop_index("ix_mail", postgresql_concurrently=True)',
)
PEOPLE = ("alice", "bob")


@dataclass
class Gated(Target):
    """The environment `production` of a tiny project; carol writes, alice and bob sign."""

    asked: list[str] = field(default_factory=list)

    def apply(self, to: str | None = None, **how: Any) -> verbs.Executed:
        found, chosen = project.find(self.tiny.root), verbs.How(**{"policy": QUICK, **how})
        return verbs.apply(found, "production", to, how=chosen, on_event=self.events.append)

    def undo(self, to: str, **how: Any) -> verbs.Executed:
        found, chosen = project.find(self.tiny.root), verbs.How(**{"policy": QUICK, **how})
        return verbs.undo(found, "production", to, how=chosen, on_event=self.events.append)

    def request(self, *revisions: str, direction: str = "up") -> str:
        """The id of a new request; its database is asked as the runner."""
        found = project.find(self.tiny.root)
        place = place_of(found, "production")
        return request(found, revisions, place, direction=direction, author="carol").id

    def sign(self, id: str, *people: str) -> None:
        for name in people or PEOPLE[:1]:
            approve(project.find(self.tiny.root), id, self.tiny.root / "keys" / name)

    def approved(self, *revisions: str, direction: str = "up") -> None:
        """Ask for each and have it signed."""
        for revision in revisions:
            self.sign(self.request(revision, direction=direction))

    def ledger(self) -> list[str]:
        """The events of the guarded database's ledger, whose chain must be whole."""
        with self.connect() as conn:
            assert ledger.verify(conn, "production").damage == ()
            return [line.event for line in ledger.read(conn)]

    def lay(self, tier: str) -> None:
        """The guard over the database as its superuser made it; afterwards runs come as the guard's runner."""
        signers = listed(read_signers((self.tiny.root / ".pgwright/allowed_signers").read_text()))
        with self.connect() as conn:
            install(Installer(conn, Environment("production", "production", "X")), signers, also=journal.tables())
            if tier == "T1":
                with conn.transaction():
                    guard.unwatch(conn)
                    guard.set_tier(conn, "T1")


@pytest.fixture(scope="session")
def guarded_server() -> Iterator[Server]:
    """Its own: the guard's roles stay out of other tests' server."""
    with start(find()) as running, running.connect() as conn:
        conn.execute("CREATE ROLE app LOGIN")
        yield running


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key pair per person, and the list of them."""
    folder = tmp_path_factory.mktemp("people")
    for name in (*PEOPLE, "carol"):
        make_key(folder / name)
    (folder / "allowed_signers").write_text("".join(f"{n} {public_words(folder / n)}\n" for n in (*PEOPLE, "carol")))
    return folder


_numbers = iter(range(1, 1000))


@pytest.fixture
def gated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guarded_server: Server, people: Path
) -> Iterator[Callable[[str], Gated]]:
    """A function of the tier: table `customers` applied as a1, and the revisions b2 (a column) and c3 (an index) ahead."""
    name = f"gated_{next(_numbers)}"
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "project"
    root.mkdir()
    made = Gated(Tiny(root), guarded_server, name)
    (root / "pgwright.toml").write_text(SETTINGS)
    (root / ".pgwright").mkdir()
    (root / "keys").symlink_to(people)
    (root / ".pgwright/allowed_signers").write_text((people / "allowed_signers").read_text())

    def at(tier: str) -> Gated:
        guarded_server.create(name)
        made.tiny.add("a1", *TABLE).add("b2", *NOTE).add("c3", *INDEX)
        made.prove()
        monkeypatch.setenv("PRODUCTION_URL", url_of(guarded_server, name))
        made.approved("a1")
        made.apply("a1")
        if tier != "T0":
            made.lay(tier)
            monkeypatch.setenv("PRODUCTION_URL", url_of(guarded_server, name, "pgwright_runner"))
        return made

    yield at
    guarded_server.drop(name)


def events(told: list[Event]) -> str:
    return "\n".join(f"{one.stage}: {one.text}" for one in told)


def refused_as(made: Gated, user: str, statement: str) -> str:
    """What the server says to that login."""
    with psycopg.connect(host=made.server.host, port=made.server.port, user=user, dbname=made.database) as conn:
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused:
            conn.execute(statement.encode())
        return str(refused.value)


def keygen(*arguments: str, cwd: Path) -> None:
    subprocess.run(["ssh-keygen", *arguments], cwd=cwd, check=True, capture_output=True)
