"""One revision on a copy of its parent's state, with rows; the rows are made to fit until the steps take them.

Rows that satisfy the parent's constraints may still break what the revision adds, or what its code expects of the data.
So a step that fails with rows and passes without them is tried again with rows that satisfy both sides, then with rows
of ordinary values only. A constraint that even these break refutes the revision: any table with rows would break it.
A statement or code of the revision that chokes on made-up values does not: the revision is then proven without rows,
and what happened is told as a finding.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from pgwright.interpreter import Revision
from pgwright.records import Reason
from pgwright.schema.catalog import Snapshot
from pgwright.schema.model import Schema
from pgwright.shadow.cycle import Cycle, cycle
from pgwright.shadow.left_values import left_by
from pgwright.shadow.lineage import Lineage
from pgwright.shadow.rows import Profile, Seeded, seed
from pgwright.shadow.stage import Stage
from pgwright.shadow.twin import WORK, Twin

ORPHANS = "23503"
_SCHEMA = re.compile(r"\s*(ALTER|CREATE)\b", re.I)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The cycle that decides, the rows it ran with, and what attempts before it told."""

    found: Cycle
    seeded: Seeded = field(default_factory=Seeded)
    notes: tuple[Reason, ...] = ()


@dataclass(slots=True)
class Trial:
    """Attempts at one revision: on the copy that is there, then each on one as good as new. Call `end` after the last one."""

    stage: Stage
    lineage: Lineage
    revision: Revision
    twin: Twin
    tables: Collection[str] = ()
    _without_foreign_keys: bool = False
    _made: set[str] = field(default_factory=set)  # roles that copies have made: they outlive their database
    _start: Snapshot | None = None  # the copy's catalog where the cycle begins; None before the first attempt
    _last: Cycle | None = None  # the cycle whose end the copy stands at

    def outcome(self) -> Outcome:
        """What proving the revision came to; with tables to fill, with as many attempts as that takes."""
        if not self.tables:
            found = self._run(Seeded())
            if found.after is not None or found.reasons[0].sqlstate != ORPHANS:
                return Outcome(found)
            self._without_foreign_keys = True  # rows that it inserts have parents only in production
            return Outcome(self._bare(), notes=(found.reasons[0],))
        seeded = self.rows("plain", None)
        found = self._run(seeded)
        if found.after is not None and any(r.code == "validation-failed" for r in found.reasons):
            seeded = self.rows("plain", found.after.schema)  # with rows for both sides the queries must count nothing
            found = self._run(seeded)
        return Outcome(found, seeded) if found.end is not None else self._again(found, seeded)

    def rows(self, profile: Profile, after: Schema | None) -> Seeded:
        """Fill the copy."""
        self.fresh()
        before = self.lineage.snapshot.schema
        source = Path(self.revision.file).read_text(encoding="utf-8", errors="replace")
        number = self.stage.options.seed
        with self.stage.connected(WORK) as conn:
            seeded = seed(conn, before, after, self.tables, profile=profile, seed=number, source=source)
        if any(t.triggers for name, _ in seeded.filled if (t := before.relation(name)) is not None):
            # A trigger may change the schema: one was seen that drops itself at the first row.
            self._start = self.stage.capture(WORK, self._start)
        return seeded

    def fresh(self) -> None:
        """A copy of the parent's state, in a cluster without the roles that earlier copies made."""
        last, self._last = self._last, None
        if self._start is None:
            self._start = self.twin.standing()
        elif (back := self._back(last) if last is not None else None) is not None:
            self._start = back
        else:
            self.end(keep=False)
            self._start = self.twin.fresh()
        if self._without_foreign_keys:
            self.lineage.ignore_foreign_keys(WORK)

    def _back(self, last: Cycle) -> Snapshot | None:
        """The copy that the last attempt used, where it is at the parent's state again: a tenth of a new copy's cost."""
        if self._made or self._without_foreign_keys:
            return None
        if last.clean and last.end is not None:
            ran = self.stage.build(WORK, [("down", self.revision.id)])
            return self.twin.returned(last.end) if ran.ok else None
        return self.twin.returned(last.before) if last.after is None else None

    def stands_at_end_of(self, found: Cycle) -> bool:
        """True when the copy is where this cycle ended, and was not filled or made anew since."""
        return found is self._last and found.clean

    def end(self, *, keep: bool) -> None:
        """Drop the copy, unless it is to be kept, and the roles that it made."""
        if self._made or self._without_foreign_keys or not keep:
            self.twin.drop()
        if self._made:
            made = frozenset(self._made)
            self._made.clear()
            self.stage.server.drop_roles(made)

    def _run(self, seeded: Seeded) -> Cycle:
        if self._start is None:
            self.fresh()
        start = self._start
        assert start is not None
        filled = [table for table, _ in seeded.filled]
        left = left_by(self.revision.literal, start.schema)
        found = cycle(self.stage, WORK, self.revision.id, start, filled, self.revision.validation, left)
        self._last = found
        for snapshot in (found.after, found.end):
            self._made |= _roles(snapshot) - _roles(self.lineage.snapshot)
        return found

    def _bare(self) -> Cycle:
        self.fresh()
        return self._run(Seeded())

    def _again(self, found: Cycle, seeded: Seeded) -> Outcome:
        """A step failed: with these rows only, or without any?"""
        bare = self._bare()
        notes: tuple[Reason, ...] = ()
        if bare.end is None and bare.reasons[-1].sqlstate == ORPHANS:
            self._without_foreign_keys = True
            notes = (bare.reasons[-1],)
            seeded = self.rows("plain", None)
            found = self._run(seeded)
            if found.end is not None:
                return Outcome(found, seeded, notes)
            bare = self._bare()
        if bare.after is None or _progress(found) >= _progress(bare):  # it gets no further without rows either
            return Outcome(found, seeded, notes)
        return self._fitting(bare, bare.after.schema, notes)

    def _fitting(self, bare: Cycle, after: Schema, notes: tuple[Reason, ...]) -> Outcome:
        """Rows for both sides of the revision, then ordinary ones; what none of them survive decides, or is told."""
        for profile in ("plain", "calm"):
            seeded = self.rows(profile, after)
            found = self._run(seeded)
            if _progress(found) >= _progress(bare):
                return Outcome(found, seeded, notes)
            failure = found.reasons[-1]
            if profile == "plain":
                notes += (dataclasses.replace(failure, code="data-dependent-failure"),)
        if refutes(failure):
            return Outcome(found, seeded, notes[:-1])
        reason = f"the revision's own statements fail on made-up rows: {failure.message}"
        unfilled = (*seeded.unfilled, *((table, reason) for table, _ in seeded.filled))
        return Outcome(bare, Seeded((), unfilled), notes)


def refutes(failure: Reason) -> bool:
    """Whether a step that failed on ordinary rows fails on any: a schema statement met a constraint of the revision's."""
    return (failure.sqlstate or "").startswith("23") and bool(_SCHEMA.match(failure.statement or ""))


def _progress(found: Cycle) -> int:
    """How many steps of the cycle went through."""
    return 3 if found.end is not None else ("up", "down", "reup").index(found.reached)


def _roles(snapshot: Snapshot | None) -> set[str]:
    return {role.identity for role in snapshot.schema.of_kind("role")} if snapshot is not None else set()
