"""The bare database of a history: at one revision, without seeded rows, and always rebuildable.

Everything else is cloned from it. When a revision leaves it in a state that the history never has, it is rebuilt from
the nearest checkpoint (a template database) by one run of the upgrades since. Roles belong to the cluster: a checkpoint
notes them, serves only while those are what they were, and roles made since are removed before the rebuild.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from psycopg import sql

from pgwright.interpreter import Ran
from pgwright.schema.catalog import Snapshot
from pgwright.shadow.stage import EMPTY, Stage

BARE = "pgwright_bare"
SELDOM, OFTEN = 60, 30  # revisions between two checkpoints: before the first rebuild of this history, and after many

_ROLES = """
SELECT r.rolname, concat(r, (SELECT array_agg(m ORDER BY m.roleid) FROM pg_auth_members m WHERE m.member = r.oid))
  FROM pg_roles r WHERE r.rolname !~ '^pg_'
"""
Roles = frozenset[tuple[str, str]]  # name, and all that the cluster holds of it


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A database with the first `at` revisions, and the cluster's roles when it was made."""

    at: int
    name: str
    roles: Roles


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
    _checkpoints: list[Checkpoint] = field(default_factory=list)
    _roles: Roles = field(init=False)  # where this lineage began

    def begin(self) -> None:
        """Start from the empty template."""
        self._clone(EMPTY)
        self.stand_at(0)

    def stand_at(self, at: int) -> None:
        """Note that the bare database, however it came about, holds the first `at` revisions: a point to rebuild from."""
        self.snapshot = self.stage.capture(BARE)
        self.at, self.applied = at, list(self.order[:at])
        self._roles = self._roles_now()
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
        last = self._checkpoints[-1].at if self._checkpoints else 0
        if self.at - last >= self._every:
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
        self._every = max(OFTEN, self._every // 2)
        now = self._roles_now()
        usable = [c for c in self._checkpoints if c.at <= len(wanted) and c.roles <= now] if from_checkpoint else []
        base = usable[-1] if usable else Checkpoint(0, EMPTY, self._roles)
        self.stage.drop(BARE)
        if made := _names(now) - _names(base.roles):
            self._forget_checkpoints(but=usable)  # what the others hold may belong to these roles
            self.stage.server.drop_roles(made)
        self._clone(base.name)
        if self.without_foreign_keys:
            self.ignore_foreign_keys()
        ran = self.stage.build(BARE, [("up", revision) for revision in wanted[base.at :]])
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
        self.stage.server.drop_roles(_names(self._roles_now()) - _names(self._roles))

    def _clone(self, source: str) -> None:
        self.stage.clone(BARE, template=source)

    def _checkpoint(self) -> None:
        name = f"pgwright_at_{self.at}"
        self.stage.clone(name, template=BARE)
        self._checkpoints.append(Checkpoint(self.at, name, self._roles_now()))

    def _roles_now(self) -> Roles:
        return frozenset((name, told) for name, told in self.stage.server.execute(sql.SQL(_ROLES).format()))

    def _forget_checkpoints(self, but: Collection[Checkpoint] = ()) -> None:
        for one in self._checkpoints:
            if one not in but:
                self.stage.drop(one.name)
        self._checkpoints = list(but)


def _names(roles: Roles) -> set[str]:
    return {name for name, _ in roles}
