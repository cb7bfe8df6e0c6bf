"""A tiny project whose revisions are proven once, and databases on a second server that stand for production."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tiny_project import Tiny

from pgwright import project, verbs
from pgwright.design.batches import plain_form
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Validation
from pgwright.design.render import whole
from pgwright.event import Event
from pgwright.run.policy import Policy
from pgwright.shadow.server import Server

SETTINGS = '[environments.dev]\nkind = "dev"\nurl_env = "TARGET_URL"\n'
AUTOCOMMIT = "with op.get_context().autocommit_block(): "
QUICK = Policy(lock_timeout=0.03, first_pause=0.03, longest_pause=0.1, watch_every=0.05, runner_patience=10)

_PROVEN: dict[str, dict[str, str]] = {}


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
        """Prove the whole history, catalog only; the same history is proven once per session."""
        root = self.tiny.root
        key = "\0".join(f.read_text() for f in sorted((root / "alembic/versions").glob("*.py")))
        if key not in _PROVEN:
            proofs = self.tiny.prove(rows="none")
            assert {p.verdict for p in proofs.values()} == {"proven"}, [p.reasons for p in proofs.values()]
            _PROVEN[key] = {f.name: f.read_text() for f in (root / ".pgwright/proofs").glob("*.json")}
        (root / ".pgwright/proofs").mkdir(parents=True, exist_ok=True)
        for name, text in _PROVEN[key].items():
            (root / ".pgwright/proofs" / name).write_text(text)

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



def backfill(target: Target, name: str, table: str, column: str, value: str, where: str) -> None:
    """A revision that pgwright would have written for a backfill."""
    code = plain_form(table, column, value, where, 100)
    literal = {"table": table, "set": {column: value}, "where": where, "key": ["id"]}
    query = f"SELECT count(*) FROM {table} WHERE {where}"
    draft = Draft(
        "backfill", f"fill {column}", (step(code, "backfill", undo=None, transactional=False),), change="set_not_null",
        validations=(Validation("left", query),), backfill=literal,
    )  # fmt: skip
    file = target.tiny.root / "alembic" / "versions" / f"{name}.py"
    file.write_text(whole(draft, name, target.tiny.last))
    target.tiny.last = name
