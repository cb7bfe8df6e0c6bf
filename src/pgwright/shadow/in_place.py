"""A cycle with rows on the bare database itself, whose rows are deleted afterwards: no copy is made and dropped.

Only where that is exact: the offline rendering is plain DDL in both directions, so no row is written but ours; the tables
to fill, and those that they refer to, are empty and carry no trigger or rule. Everything that goes otherwise than well is
tried again on a copy: here a revision can be proven, never refuted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from pgwright.interpreter import Compiled, Ran, Revision
from pgwright.schema.model import Relation, Schema
from pgwright.shadow import replay
from pgwright.shadow.contents import Contents, contents, emptied
from pgwright.shadow.cycle import Cycle, cycle
from pgwright.shadow.lineage import BARE, Lineage
from pgwright.shadow.record import FRAME
from pgwright.shadow.rows import Seeded, seed
from pgwright.shadow.stage import Stage

CATALOG = re.compile(r"\s*SELECT\s+pg_catalog\.pg_\w+\.\w+\s", re.I)  # SQLAlchemy asks whether a type is there already
COPIES = re.compile(r"\s*CREATE\s+((UNLOGGED|TEMP\w*|GLOBAL|LOCAL)\s+)*(TABLE\b.*\bAS\b|MATERIALIZED)", re.I | re.S)


@dataclass(slots=True)
class InPlace:
    """One attempt at one revision."""

    stage: Stage
    lineage: Lineage
    revision: Revision
    tables: Collection[str]
    failed: Ran | None = None  # the run that could not bring the bare database back
    _held: Contents = field(init=False)

    def possible(self) -> bool:
        """True when rows can be put in, and taken out again without a trace."""
        options, before = self.stage.options, self.lineage.snapshot.schema
        if self.stage.recorder is None or options.rows != "plain" or self.revision.literal:
            return False
        if self.lineage.without_foreign_keys:  # copies leave them on
            return False
        if not all(self._is_plain(self.stage.compiled.get((self.revision.id, way))) for way in ("up", "down")):
            return False
        if any(r.kind in ("materialized view", "foreign table") for r in before.relations):
            return False
        reached = [before.relation(name) for name in _reached(before, self.tables)]
        if any(r is None or r.triggers or r.rules for r in reached):
            return False
        if self.lineage.contents is None:
            with self.stage.connected(BARE) as conn:
                self.lineage.contents = contents(conn, before)
        self._held = self.lineage.contents
        return not self._held.tables & {r.qualified for r in reached if r}

    def outcome(self) -> tuple[Cycle, Seeded] | None:
        """The cycle when all went well, and the bare database is at the revision, empty; else it is at the parent again."""
        with self.stage.connected(BARE) as conn:
            seeded = self._seeded(conn)
        filled = [table for table, _ in seeded.filled]
        found = cycle(self.stage, BARE, self.revision.id, self.lineage.snapshot, filled, self.revision.validation)
        if self._went_well(found) and found.end is not None and self._emptied(found, found.end.schema):
            return found, seeded
        self._go_back(found)
        return None

    def _seeded(self, conn: psycopg.Connection[Any]) -> Seeded:
        source = Path(self.revision.file).read_text(encoding="utf-8", errors="replace")
        before, number = self.lineage.snapshot.schema, self.stage.options.seed
        return seed(conn, before, None, self.tables, profile="plain", seed=number, source=source)

    def _is_plain(self, compiled: Compiled | None) -> bool:
        if compiled is None or compiled.statements is None:
            return False
        version = re.compile(rf"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+\S*{re.escape(self.stage.loaded.version_table)}\b", re.I)
        return all(
            FRAME.match(s) or version.match(s) or (replay.PLAIN.match(s) and not COPIES.match(s))
            for s in compiled.statements
        )

    def _went_well(self, found: Cycle) -> bool:
        table = self.stage.loaded.version_table
        recorded = ([m for m in one if not CATALOG.match(m.message)] for one in (found.up, found.down, found.again))
        return found.clean and not found.reasons and all(replay.possible(messages, table) for messages in recorded)

    def _emptied(self, found: Cycle, schema: Schema) -> bool:
        """Rows may stand in what was filled, and under every name that came with the revision."""
        before = {r.qualified for r in found.before.schema.relations}
        may_hold = _reached(found.before.schema, self.tables) | {r.qualified for r in schema.relations} - before
        tables = [r for name in sorted(may_hold - self.stage.ignored) if (r := schema.relation(name)) and _stores(r)]
        try:
            with self.stage.connected(BARE) as conn:
                return emptied(conn, tables, self._held)
        except psycopg.Error:
            return False

    def _go_back(self, found: Cycle) -> None:
        """The bare database to the parent's state: by deleting the rows when the upgrade left nothing, else anew."""
        parent = self.lineage.snapshot
        if found.after is None and self._emptied(found, parent.schema) and replay.untouched(self.stage, BARE, parent):
            return
        self.failed = self.lineage.rebuild([])


def _reached(schema: Schema, tables: Collection[str]) -> frozenset[str]:
    """The tables, and all that their foreign keys lead to."""
    found: set[str] = set()
    todo = list(tables)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += _references(schema.relation(name))
    return frozenset(found)


def _references(relation: Relation | None) -> Iterator[str]:
    for constraint in relation.constraints if relation else ():
        if constraint.references:
            yield constraint.references


def _stores(relation: Relation) -> bool:
    return relation.kind in ("table", "partitioned table")
