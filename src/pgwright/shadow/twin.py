"""The copy of the bare database on which revisions are proven with rows, brought along instead of made anew.

After a revision went well the copy has the catalog of the bare database, and other rows: those that were seeded, and what
the revision made of them. So every row is deleted, and the rows that the history itself holds are copied over from the
bare database. Where that would not be exact, the copy is dropped, and the next revision gets a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg

from pgwright.schema.catalog import Snapshot
from pgwright.schema.diff import diff
from pgwright.shadow.contents import Same, contents, copied
from pgwright.shadow.lineage import BARE, Lineage
from pgwright.shadow.stage import Stage

WORK = "pgwright_work"
OFTEN = 40  # revisions on one copy: each up, down, up leaves dropped columns behind, and a table has room for 1,600
UNLIKE = ("materialized view", "foreign table")  # what these hold is not in tables of this database


@dataclass(slots=True)
class Twin:
    """The copy, where there is one. `snapshot` is its own catalog at the parent's state; `used` since it was made."""

    stage: Stage
    lineage: Lineage
    snapshot: Snapshot | None = None
    used: int = 0
    _same: Same = field(default_factory=dict)  # tables that held the same rows when they were compared last

    def fresh(self) -> Snapshot:
        """A new copy of the bare database as it is now."""
        self.drop()
        self.stage.clone(WORK, template=BARE)
        self.snapshot = self.lineage.snapshot
        return self.snapshot

    def standing(self) -> Snapshot:
        """The copy that is there, at the parent's state, else a new one."""
        if self.snapshot is None:
            return self.fresh()
        self.used += 1
        return self.snapshot

    def drop(self) -> None:
        """Nothing is kept for the next revision."""
        if self.snapshot is not None:
            self.stage.drop(WORK)
        self.snapshot, self.used, self._same = None, 0, {}

    def follow(self, end: Snapshot) -> None:
        """The bare database has come to where the copy's cycle ended: make the rows equal too, or drop the copy."""
        if self.snapshot is None:
            return
        if self._is_worn or (whole := self._completed(end)) is None or not self._refilled():
            self.drop()
        else:
            self.snapshot = whole

    def returned(self, last: Snapshot) -> Snapshot | None:
        """The copy's catalog, after it came back to the parent's state by itself; None where a new copy is due.

        It has to be that state to the last property; `last` is what was read of it before. Its rows are made equal.
        """
        self.used += 1
        if self.snapshot is None or self._is_worn or self.stage.heads(WORK) != self.stage.heads(BARE):
            return None
        now = self.stage.capture(WORK, last)
        if diff(self.lineage.snapshot.schema, now.schema) or not self._refilled():
            return None
        self.snapshot = now
        return now

    @property
    def _is_worn(self) -> bool:
        return self.used >= OFTEN or any(r.kind in UNLIKE for r in self.lineage.snapshot.schema.relations)

    def _completed(self, end: Snapshot) -> Snapshot | None:
        """The copy's catalog, with the triggers that dropped themselves at a seeded row; None where more is unlike."""
        schema = self.lineage.snapshot.schema
        if not (gone := diff(schema, end.schema)):
            return end
        if any((d.kind, d.object) not in (("missing", "trigger"), ("missing", "function")) for d in gone):
            return None
        lost = {d.identity for d in gone if d.object == "function"}
        texts = [f["definition"] or "" for f in schema.of_kind("function") if f.identity in lost]
        texts += [d.before or "" for d in gone if d.object == "trigger"]
        with self.stage.connected(WORK) as conn:
            try:
                with conn.transaction():
                    conn.execute("; ".join(texts).encode())
            except psycopg.Error:
                return None
        now = self.stage.capture(WORK, end)
        return None if diff(schema, now.schema) else now

    def _refilled(self) -> bool:
        schema = self.lineage.snapshot.schema
        with self.stage.connected(BARE) as bare, self.stage.connected(WORK) as work:
            try:
                with bare.transaction():
                    bare.execute("SET LOCAL row_security = off")  # an error where a policy would hide rows from this role
                    held = contents(bare, schema, self.stage.reader(BARE).conn)
                    same = copied(bare, work, schema, held, self._same, self.stage.reader(WORK).conn)
            except psycopg.Error:
                return False
        self._same = same or {}
        return same is not None
