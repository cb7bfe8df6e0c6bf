"""The bare database of a history: at one revision, without seeded rows, and always rebuildable.

Everything else is cloned from it. When a revision leaves it in a state that the history never has, it is rebuilt from
the nearest checkpoint (a template database) by one run of the upgrades since. Roles are cluster-wide, so once a
history has made roles no checkpoint is taken any more, and a rebuild starts from nothing with those roles removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from psycopg import sql

from pgwright.interpreter import Ran
from pgwright.schema.catalog import Snapshot
from pgwright.shadow.stage import EMPTY, Stage

BARE = "pgwright_bare"
SELDOM, OFTEN = 60, 12  # revisions between two checkpoints: before and after the first rebuild of this history


@dataclass(slots=True)
class Lineage:
    """Walks the revisions `order` one after the other; `at` is how many of them are applied."""

    stage: Stage
    order: tuple[str, ...]
    at: int = 0
    snapshot: Snapshot = field(init=False)
    applied: list[str] = field(default_factory=list)
    without_foreign_keys: bool = False
    damaged: bool = False  # the bare database is in no state of the history: make no image of it
    _every: int = SELDOM
    _checkpoints: list[tuple[int, str]] = field(default_factory=list)
    _roles: frozenset[str] = field(init=False)

    def begin(self) -> None:
        """Start from the empty template."""
        self._clone(EMPTY)
        self.stand_at(0)

    def stand_at(self, at: int) -> None:
        """Note that the bare database, however it came about, holds the first `at` revisions: a point to rebuild from."""
        self.snapshot = self.stage.capture(BARE)
        self.at, self.applied = at, list(self.order[:at])
        self._roles = self._existing_roles()
        if at:
            self._checkpoint()

    def descend(self, to: int) -> Ran | None:
        """Go down to the first `to` revisions, in one run (a baseline may stand later than what is to be proven)."""
        ran = self.stage.build(BARE, [("down", revision) for revision in reversed(self.order[to : self.at])])
        if not ran.ok:
            return ran
        self._forget_checkpoints()
        self.stand_at(to)
        return None

    def advance(self, revisions: Sequence[str]) -> Ran | None:
        """Apply the next revisions in one run; the failed run when they cannot be applied."""
        if not revisions:
            return None
        ran = self.stage.build(BARE, [("up", revision) for revision in revisions])
        if not ran.ok:
            return ran
        self.reached(revisions)
        return None

    def reached(self, revisions: Sequence[str], snapshot: Snapshot | None = None) -> None:
        """Note that the bare database now has these revisions too."""
        self.applied.extend(revisions)
        self.at += len(revisions)
        self.snapshot = snapshot or self.stage.capture(BARE, self.snapshot)
        last = self._checkpoints[-1][0] if self._checkpoints else 0
        if self.at - last >= self._every and self._existing_roles() == self._roles:
            self._checkpoint()

    def rebuild(self, revisions: Sequence[str]) -> Ran | None:
        """Make the bare database anew with all applied revisions and these, in one run; the failed run if that fails."""
        ran = self._rebuilt([*self.applied, *revisions], from_checkpoint=True)
        if ran is not None and self._checkpoints:
            # An enum type created twice goes unnoticed within one run: then only the whole history in one run builds.
            ran = self._rebuilt([*self.applied, *revisions], from_checkpoint=False)
        self.damaged = ran is not None
        if ran is None:
            self.applied, self.at = [*self.applied, *revisions], self.at + len(revisions)
        return ran

    def _rebuilt(self, wanted: Sequence[str], *, from_checkpoint: bool) -> Ran | None:
        self._every = OFTEN
        made = self._existing_roles() - self._roles
        usable = [c for c in self._checkpoints if c[0] <= len(wanted)] if from_checkpoint and not made else []
        done, source = usable[-1] if usable else (0, EMPTY)
        self.stage.drop(BARE)
        if made:
            self._forget_checkpoints()
            self.stage.server.drop_roles(made)
        self._clone(source)
        if self.without_foreign_keys:
            self.ignore_foreign_keys()
        ran = self.stage.build(BARE, [("up", revision) for revision in wanted[done:]])
        self.snapshot = self.stage.capture(BARE)
        return None if ran.ok else ran

    def ignore_foreign_keys(self, database: str = BARE) -> None:
        """Let rows in whose parents exist only in production (triggers of foreign keys off for every session here)."""
        self.without_foreign_keys |= database == BARE
        self.stage.ignore_foreign_keys(database)

    def close(self) -> None:
        """Leave only the empty template and the bare database: what an image of the cluster holds."""
        self.stage.release(BARE)
        self._forget_checkpoints()

    def forget_new_roles(self) -> None:
        """Remove roles that a database dropped since has made: roles outlive databases."""
        self.stage.server.drop_roles(self._existing_roles() - self._roles)

    def _clone(self, source: str) -> None:
        self.stage.clone(BARE, template=source)

    def _checkpoint(self) -> None:
        name = f"pgwright_at_{self.at}"
        self.stage.clone(name, template=BARE)
        self._checkpoints.append((self.at, name))

    def _existing_roles(self) -> frozenset[str]:
        rows = self.stage.server.execute(sql.SQL("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'").format())
        return frozenset(name for (name,) in rows)

    def _forget_checkpoints(self) -> None:
        for _, name in self._checkpoints:
            self.stage.drop(name)
        self._checkpoints.clear()
