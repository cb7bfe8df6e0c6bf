"""Walk a history and prove the wanted revisions, each on a copy of its parent's state."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pgwright.event import Event
from pgwright.interpreter import Ran, Revision
from pgwright.records import Proof, Reason, Verdict
from pgwright.schema.catalog import Snapshot
from pgwright.schema.diff import diff
from pgwright.shadow import replay
from pgwright.shadow.assemble import assemble
from pgwright.shadow.cycle import Cycle, cycle
from pgwright.shadow.failure import explain, missing_extension
from pgwright.shadow.lineage import BARE, Lineage
from pgwright.shadow.no_op import missed
from pgwright.shadow.repair import repaired
from pgwright.shadow.replayable import rendered, replayable
from pgwright.shadow.rows import Seeded, touched
from pgwright.shadow.stage import Stage
from pgwright.shadow.trial import ORPHANS, Trial
from pgwright.shadow.twin import WORK, Twin

T = TypeVar("T")


@dataclass(slots=True)
class Walk:
    """One walk over the revisions of a history, oldest first."""

    stage: Stage
    lineage: Lineage
    revisions: dict[str, Revision]
    wanted: Collection[str]
    whole: bool = False
    last: str = ""  # the last revision to prove
    broken: str = ""  # the revision after which nothing can be built any more
    one_shot: dict[str, Reason] = field(default_factory=dict)
    twin: Twin = field(init=False)

    def __post_init__(self) -> None:
        """The copy stays from one revision to the next."""
        self.twin = Twin(self.stage, self.lineage)

    def proofs(self) -> Iterator[Proof]:
        """One proof per wanted revision, in the order of the history."""
        pending: list[str] = []
        places = [i for i, r in enumerate(self.lineage.order) if r in self.wanted]
        self.last = self.lineage.order[places[-1]] if places else ""
        begin = min([self.lineage.at, *places[:1]])
        if begin < self.lineage.at:
            self._descend(begin)
        for revision in self.lineage.order[begin : max(places, default=-1) + 1]:
            if revision not in self.wanted:
                pending.append(revision)
                continue
            self._catch_up(pending)
            pending = []
            yield self._unreachable(revision) if self.broken else self._prove(self.revisions[revision])
        self.twin.drop()

    def _catch_up(self, pending: Sequence[str]) -> None:
        """Apply what lies between two wanted revisions, in one run, then with foreign keys off, as histories need it."""
        if not pending or self.broken:
            return
        self.twin.drop()
        self.stage.on_event(Event("baseline", f"building the state before: {len(pending)} revisions"))
        ran = self.lineage.advance(pending)
        if ran is None:
            return
        if _orphans(ran):
            self.lineage.ignore_foreign_keys()
            ran = self.lineage.advance(pending)
        if ran is not None:
            self._break(ran.error.revision if ran.error and ran.error.revision else pending[-1], ran)

    def _descend(self, to: int) -> None:
        """The baseline stands later than the first revision to prove: go down to its parent first."""
        self.stage.on_event(Event("baseline", "going down from the baseline to the revision's parent"))
        ran = self.lineage.descend(to)
        if ran is not None:
            self._break(ran.error.revision if ran.error and ran.error.revision else self.lineage.order[to], ran)

    def _break(self, revision: str, ran: Ran) -> None:
        self.broken = f"{revision} cannot be applied to an empty database: {ran.error.message if ran.error else ''}"

    def _unreachable(self, revision: str) -> Proof:
        reason = Reason(
            "baseline-failed",
            "baseline",
            f"the state before this revision cannot be built: {self.broken}",
            cause="the history does not run from empty",
            repair="say in pgwright.toml what it needs to be there before (setup_sql), or give pgwright another baseline: "
            '[baseline] mode = "dump" or "models"',
        )
        return assemble(self.stage, self.revisions[revision], None, Seeded(), "unproven", [reason], (), ())

    def _prove(self, revision: Revision) -> Proof:
        """Seed, cycle, judge; then bring the bare database to the revision, unless it is the last one of a few.

        Then it stays at the parent: that is the image from which the next proof of the same revision starts.
        """
        tables = self._touched(revision)
        stays = not self.whole and revision.id == self.last
        if not tables and not stays and self.twin.snapshot is None:
            return self._in_place(revision)
        trial = Trial(self.stage, self.lineage, revision, self.twin, tables)
        outcome = trial.outcome()
        if outcome.found.doubtful:
            trial.end(keep=False)
            trial = Trial(self.stage, self.lineage, revision, self.twin, tables)
            outcome = self._by_env(trial.outcome, lambda o: o.found)
        notes = list(outcome.notes)
        if any(note.sqlstate == ORPHANS for note in notes):
            self.lineage.ignore_foreign_keys()
        if tables and self.stage.options.rows == "hostile":
            notes += self._hostile(revision, trial)
        found, keep = outcome.found, self.whole and trial.stands_at_end_of(outcome.found)
        trial.end(keep=keep)
        found.replayable = replayable(self.stage, revision, found, tables, None if self.whole else BARE)
        if not stays:
            self._advance(revision, found, in_place=False)
        if keep and found.end is not None and not self.broken:
            self.twin.follow(found.end)
        return self._judged(revision, found, outcome.seeded, notes)

    def _in_place(self, revision: Revision) -> Proof:
        """No table to fill, and no copy there: the bare database itself goes through the cycle."""
        found, notes = self._cycle(revision), []
        if found.after is None and found.reasons and found.reasons[0].sqlstate == ORPHANS:
            notes.append(found.reasons[0])  # rows that it inserts have parents only in production
            self.lineage.ignore_foreign_keys()
            found = self._cycle(revision)
        if found.doubtful:
            self._make_parent()
            found = self._by_env(lambda: self._cycle(revision), lambda c: c)
        found.replayable = replayable(self.stage, revision, found, (), None)
        self._advance(revision, found, in_place=True)
        return self._judged(revision, found, Seeded(), notes)

    def _by_env(self, again: Callable[[], T], found: Callable[[T], Cycle]) -> T:
        """The same once more with every upgrade a run of env.py, and so from now on where that makes the difference.

        Messages alone do not do what env.py does when its sessions are set up otherwise, with a search_path of their own.
        """
        self.stage.resends = False
        outcome = again()
        self.stage.resends = not found(outcome).clean
        return outcome

    def _make_parent(self) -> None:
        """The bare database anew, at the parent's state."""
        failed = self.lineage.rebuild([])
        if failed is not None:
            self._break(self.lineage.order[self.lineage.at - 1], failed)

    def _cycle(self, revision: Revision) -> Cycle:
        return cycle(self.stage, BARE, revision.id, self.lineage.snapshot, queries=revision.validation)

    def _touched(self, revision: Revision) -> frozenset[str]:
        """Tables to fill: those that the revision's text names and that are there already."""
        if self.stage.options.rows == "none" or revision.is_merge or revision.file is None:
            return frozenset()
        names = touched(Path(revision.file).read_text(encoding="utf-8", errors="replace"), self.lineage.snapshot.schema)
        return frozenset(names) - self.stage.ignored

    def _hostile(self, revision: Revision, trial: Trial) -> list[Reason]:
        """What rows that only the parent's constraints hold back do to the upgrade: a note, never a verdict."""
        trial.rows("hostile", None)
        ran, _ = self.stage.run(WORK, [("up", revision.id)])
        if ran.ok or (ran.error and (ran.error.sqlstate or "")[:2] not in ("22", "23")):
            return []
        with self.stage.connected(WORK) as conn:
            failed = explain(conn, self.lineage.snapshot.schema, "up", ran)
        return [dataclasses.replace(failed, code="data-dependent-failure")]

    def _advance(self, revision: Revision, found: Cycle, *, in_place: bool) -> None:
        """The bare database comes to the revision: it is there, it replays the record, it takes the step, or is rebuilt."""
        if in_place and found.clean:
            self.lineage.reached([revision.id], found.end)
        elif in_place and self._still_there(revision, found):
            self.lineage.reached([revision.id], found.after)
        elif in_place:
            self._step_or_rebuild(revision, may_step=False)
        elif not (replayed := self._replayed(found)):
            as_it_was = replayed is None or replay.untouched(self.stage, BARE, self.lineage.snapshot)
            self._step_or_rebuild(revision, may_step=as_it_was and found.after is not None)

    def _step_or_rebuild(self, revision: Revision, *, may_step: bool) -> None:
        if may_step and self.lineage.advance([revision.id]) is None:
            return
        self.twin.drop()  # a rebuild removes the roles of the history, and the copy's objects belong to them
        failed = self.lineage.rebuild([revision.id])
        if failed is not None and _orphans(failed) and not self.lineage.without_foreign_keys:
            self.lineage.without_foreign_keys = True
            failed = self.lineage.rebuild([revision.id])
        if failed is not None:
            self._break(revision.id, failed)

    def _still_there(self, revision: Revision, found: Cycle) -> bool:
        """A downgrade that failed and was rolled back as a whole leaves exactly what the upgrade made."""
        if found.after is None or found.reached != "down" or found.reasons[-1].phase != "down":
            return False
        now = self.stage.capture(BARE, found.after)
        return revision.id in self.stage.heads(BARE) and not diff(found.after.schema, now.schema)

    def _replayed(self, found: Cycle) -> bool | None:
        """True when the bare database took the recorded messages and is now, to the last property, the proven state.

        None where it was sent nothing.
        """
        known = found.resent or rendered(self.stage, found)  # then what it writes does not depend on rows that it read
        if found.after is None or not self.stage.is_traced:  # what was recorded is not all that was sent
            return None
        if not replay.possible(found.up, self.stage.loaded.version_table, known=known):
            return None
        if not replay.messages(self.stage, BARE, found.up):
            return False
        now = self.stage.capture(BARE, self.lineage.snapshot)
        if diff(found.after.schema, now.schema) and not self._changed_alike(found, found.after, now):
            return False
        self.lineage.reached([found.revision], now)
        return True

    def _changed_alike(self, found: Cycle, after: Snapshot, now: Snapshot) -> bool:
        """True when triggers changed the copy as rows came in, and the revision changed both databases alike."""
        parent = self.lineage.snapshot
        changed = diff(found.before.schema, after.schema)
        return found.before is not parent and changed == diff(parent.schema, now.schema)

    def _judged(self, revision: Revision, found: Cycle, seeded: Seeded, notes: Sequence[Reason]) -> Proof:
        """Verdict, findings and repairs of one finished cycle."""
        reasons = [*found.reasons, *missed(found, dict(seeded.filled))]
        if revision.id in self.one_shot:
            reasons.append(self.one_shot[revision.id])
        lacking = [name for name in map(missing_extension, reasons) if name]
        verdict: Verdict = "refuted" if reasons else "proven"
        if lacking and found.after is None:
            verdict = "unproven"
        return assemble(
            self.stage,
            revision,
            found,
            seeded,
            verdict,
            [repaired(r, revision, found) for r in reasons],
            notes,
            tuple(lacking),
        )


def _orphans(ran: Ran) -> bool:
    """True for a foreign key violation: rows whose parents are not here."""
    return not ran.ok and ran.error is not None and ran.error.sqlstate == ORPHANS
