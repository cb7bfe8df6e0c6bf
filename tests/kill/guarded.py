"""The matrix in a guarded database (T2): one plain revision and one CONCURRENTLY, under one signature for both."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import killed
import story
from matrix import Stage, _last, _left_over, accounted
from writers import Writer

from pgwright import project
from pgwright.gate import ledger
from pgwright.gate.install import Installer, install
from pgwright.gate.request import Place
from pgwright.gate.signers import listed, read_signers
from pgwright.project.settings import Environment
from pgwright.run import journal
from pgwright.verbs.approve import approve, request

ORDER = ("start", "plain", "build")
DATABASE = "guarded"  # always the same: an approval is for one database
INDEX = "CREATE INDEX CONCURRENTLY orders_note ON orders (note)"


def write(root: Path) -> None:
    """The project, with somebody who signs."""
    (root / "alembic" / "versions").mkdir(parents=True)
    (root / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/alembic\n")
    (root / "alembic" / "env.py").write_text(story.ENV)
    (root / "pgwright.toml").write_text('[environments.dev]\nkind = "dev"\nurl_env = "TARGET_URL"\n')
    alone = "    with op.get_context().autocommit_block():\n        op.execute({!r})"
    bodies = {
        "start": (_executed(story.START), _executed(("DROP TABLE app_log", "DROP TABLE orders"))),
        "plain": (_executed(story.EXPAND), _executed(story.COLLAPSE)),
        "build": (alone.format(INDEX), alone.format("DROP INDEX CONCURRENTLY orders_note")),
    }
    for down, name in zip((None, *ORDER), ORDER, strict=False):
        up, back = bodies[name]
        text = story.HEAD.format(name=name, down=down, up=up, down_body=back)
        (root / "alembic" / "versions" / f"{name}.py").write_text(text)
    key = root / "alice"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key], check=True)
    (root / ".pgwright").mkdir()
    (root / ".pgwright/allowed_signers").write_text(f"alice {key.with_suffix('.pub').read_text()}")


def _executed(statements: tuple[str, ...]) -> str:
    return "\n".join(f"    op.execute({text!r})" for text in statements)


@dataclass
class Guarded(Stage):
    """The state before each revision is a template of its own; runs come as the guard's runner."""

    def prepare(self) -> None:
        self.server.create(DATABASE)
        assert self._run_once("start", "postgres") == 0
        self.fill(DATABASE)
        signers = listed(read_signers((self.root / ".pgwright/allowed_signers").read_text()))
        with self.server.connect(DATABASE) as conn:
            install(Installer(conn, Environment("dev", "dev", "TARGET_URL")), signers, also=journal.tables())
            [(cluster,)] = conn.execute("SELECT system_identifier::text FROM pg_control_system()").fetchall()
        found = project.find(self.root)
        place = Place(found.settings.environment_named("dev"), cluster, DATABASE)
        approve(found, request(found, ORDER[1:], place, author="carol").id, self.root / "alice")
        for before, name in pairwise(ORDER):
            self.server.create(f"at_{before}", template=DATABASE)
            told = self.names()
            assert self._run_once(name, "pgwright_runner", told) == 0, told.read_text()
            self.points[name] = len(told.read_text().splitlines())
            self.reference[name] = self.fingerprint(DATABASE)

    def address(self, user: str) -> str:
        return f"postgresql://{user}@/{DATABASE}?host={self.server.host}&port={self.server.port}"

    def url(self, database: str, folder: Path | None = None) -> str:
        return self.address("pgwright_runner")

    @contextmanager
    def fresh(self, before: str) -> Iterator[str]:
        """The database as it was after a revision; no receipt says yet that the approval was used."""
        for receipt in (self.root / ".pgwright/receipts").glob("*.json"):
            receipt.unlink()
        self.server.drop(DATABASE)
        self.server.create(DATABASE, template=f"at_{before}")
        yield DATABASE

    def guarded_and_resumed(self, name: str, how: killed.How, at: int) -> str:
        """What is wrong after a kill at one point and a second run under the same approval; empty when nothing is."""
        with self.fresh(ORDER[ORDER.index(name) - 1]) as database:
            with Writer(self.address("postgres"), at, story.ROWS) as writer:
                told = self.names()
                status = self.run(self.url(database), name, how, at, told)
                if how == "sigkill" and status != -9:
                    return f"{name} {at}: not killed, {status}: {told.read_text()}"
                where = f"{how} at {at} ({_last(told)})"
                wrong = self.judged(database, name, where)
            return wrong or self.chained(name, where) or accounted(self.address("postgres"), writer)

    def chained(self, name: str, where: str) -> str:
        """The ledger is whole, and every approval that was opened is closed, once, after its last step."""
        with self.server.connect(DATABASE) as conn:
            if damage := ledger.verify(conn, "dev").damage:
                return f"{name}, {where}: {damage}"
            bodies = [line.body for line in ledger.read(conn) if line.event == "close"]
            opened = {line.body["nonce"] for line in ledger.read(conn) if line.event == "open"}
            left = _left_over(conn, f"{name}, {where}")
        closed = [body["nonce"] for body in bodies if body["next"] == body["of"] + 1]
        if len(closed) != len(set(closed)) or set(closed) != opened or len(closed) != ORDER.index(name):
            return f"{name}, {where}: opened {sorted(opened)}, closed {bodies}"
        return left

    def _run_once(self, name: str, user: str, told: Path | None = None) -> int:
        return self.run(self.address(user), name, "finish", 0, told or self.names())
