"""A tiny project whose revisions are proven once, and databases on a second server that stand for production."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from test_prove import Tiny

from pgwright import project, verbs
from pgwright.event import Event
from pgwright.run.policy import Policy
from pgwright.shadow.server import Server

SETTINGS = '[environments.dev]\nkind = "dev"\nurl_env = "TARGET_URL"\n'
AUTOCOMMIT = "with op.get_context().autocommit_block(): "
QUICK = Policy(lock_timeout=0.03, first_pause=0.03, longest_pause=0.1, watch_every=0.05, runner_patience=10)


def url_of(server: Server, database: str, user: str = "postgres") -> str:
    """The address as a team would write it."""
    return f"postgresql+psycopg://{user}@/{database}?host={server.host}&port={server.port}"


@dataclass
class Target:
    """One database of the environment `dev`, and the project that belongs to it."""

    tiny: Tiny
    server: Server
    database: str
    events: list[Event] = field(default_factory=list)

    def connect(self) -> Any:
        """A session of the application's."""
        return self.server.connect(self.database)

    def value(self, query: str, *facts: Any) -> Any:
        """The first value of a query."""
        with self.connect() as conn:
            row = conn.execute(query.encode(), facts or None).fetchone()
            return row[0] if row else None

    def prove(self) -> None:
        """Prove the whole history."""
        proofs = self.tiny.prove()
        assert {p.verdict for p in proofs.values()} == {"proven"}, proofs

    def apply(self, to: str | None = None, **how: Any) -> verbs.Executed:
        """Apply, as the command line would."""
        found, chosen = project.find(self.tiny.root), verbs.How(**{"policy": QUICK, **how})
        return verbs.apply(found, "dev", to, how=chosen, on_event=self.events.append)

    def undo(self, to: str, **how: Any) -> verbs.Executed:
        """Undo, as the command line would."""
        found, chosen = project.find(self.tiny.root), verbs.How(**{"policy": QUICK, **how})
        return verbs.undo(found, "dev", to, how=chosen, on_event=self.events.append)


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server, database: str) -> Target:
    """An empty project with an environment, and its empty database."""
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TARGET_URL", url_of(server, database))
    (tmp_path / "project").mkdir()
    made = Target(Tiny(tmp_path / "project"), server, database)
    (made.tiny.root / "pgwright.toml").write_text(SETTINGS)
    return made


Add = Callable[[Target], None]
