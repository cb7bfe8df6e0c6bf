"""The catalog of a PostgreSQL 14 to 18 database as a `Schema`, in at most 12 messages; again, only what changed."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from pgwright.schema.assemble import Read, Rows, reads, thing
from pgwright.schema.changes import dependents, quotes_changed, things_changed
from pgwright.schema.model import Schema, Thing
from pgwright.schema.queries import queries

Connection = psycopg.Connection[tuple[Any, ...]]
# Joins are written in the order that is good; groups are hashed because what comes before them is never in order.
_BEGIN = """SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog;
SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, MDY'; SET LOCAL IntervalStyle = 'postgres';
SET LOCAL jit = off; SET LOCAL join_collapse_limit = 1; SET LOCAL enable_sort = off"""
_WHOLE = "SET LOCAL enable_nestloop = off"  # fresh catalogs were never analysed: the planner takes them for small


@dataclass(frozen=True, slots=True)
class Markers:
    """What a next capture needs to read only what changed: sums of xmin, and what was read by oid."""

    run: str  # markers of another run of the server say nothing: a restored image may repeat transaction ids
    sums: Mapping[tuple[str, int], str] = field(repr=False)
    relations: Mapping[int, Read] = field(repr=False)
    things: Mapping[str, Mapping[int, Thing]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A schema as it was at one moment; `markers` is for the next `capture` alone."""

    schema: Schema
    markers: Markers = field(repr=False, compare=False)


def capture(conn: Connection, previous: Snapshot | None = None, *, once: bool = False) -> Snapshot:
    """The database's schema at one moment; with `previous`, objects that did not change since are not read again.

    `once` saves a tenth: the snapshot has no markers, so that a capture that is given it as `previous` reads everything.
    Opens a read-only transaction of its own and leaves none open. The connection must be idle.
    """
    if conn.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        raise ValueError("capture needs a connection without an open transaction")
    with conn.transaction(), _without_collector():
        conn.execute(_BEGIN)
        return _Reader(conn, previous, once).snapshot()


@contextmanager
def _without_collector() -> Iterator[None]:
    """No garbage collection meanwhile: tens of thousands of new records, none of them garbage, cost it a third more."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


class _Reader:
    """One capture: the scope and the sums first, then what they say has to be read."""

    def __init__(self, conn: Connection, previous: Snapshot | None, once: bool) -> None:
        self.conn, self.version = conn, conn.info.server_version
        [(self.hidden, self.members, self.run)] = self._ask("markers", "scope", {})
        if once:
            previous, self.run = None, ""
        same_run = previous is not None and previous.markers.run == self.run
        self.previous = previous if same_run else None
        kind = "unmarked" if once else "markers"
        self.sums = {(family, oid): total for family, oid, total in self._ask("markers", kind, self._scope)}

    def snapshot(self) -> Snapshot:
        """The previous snapshot itself when nothing changed."""
        old = self.previous
        if old is None:
            return self._whole()
        before = old.markers.sums
        changed = {key for key in self.sums.keys() | before.keys() if self.sums.get(key) != before.get(key)}
        if not changed:
            return old
        return self._partly(old, changed) or self._whole()

    def _whole(self) -> Snapshot:
        things = self._things(None)
        self.conn.execute(_WHOLE)
        relations = self._relations([oid for family, oid in self.sums if not family], {})
        return self._made(relations, things)

    def _partly(self, old: Snapshot, changed: set[tuple[str, int]]) -> Snapshot | None:
        """What changed, laid over what was; None when other objects' text may have changed too."""
        families = {family for family, _ in changed if family}
        if families & {"extensions", "exotic"}:
            return None
        known = old.markers.relations
        live = {oid for family, oid in self.sums if not family}
        kept = {oid: read for oid, read in known.items() if oid in live}
        touched = [oid for family, oid in changed if not family and oid in live]
        fresh = self._relations(touched, kept)
        quoted = quotes_changed(kept, fresh)
        if quoted == "everywhere":
            return None
        if quoted == "in queries":
            also = [oid for oid in dependents(kept) if oid not in fresh]
            fresh |= self._relations(also, {**kept, **fresh})
            families |= {"functions"}
        things = {**old.markers.things}
        if families:
            things |= self._things(families)
            if things_changed(old.markers.things, things):
                return None
        return self._made({**kept, **fresh}, things)

    def _made(self, relations: Mapping[int, Read], things: Mapping[str, Mapping[int, Thing]]) -> Snapshot:
        named = sorted((read.relation for read in relations.values()), key=lambda r: (r.schema, r.name))
        others = [t for family in things.values() for t in family.values() if t.kind]
        others.sort(key=lambda t: (t.kind, t.identity))
        schema = Schema(tuple(named), tuple(others), self.version)
        return Snapshot(schema, Markers(self.run, self.sums, relations, things))

    def _relations(self, oids: Sequence[int], known: Mapping[int, Read]) -> dict[int, Read]:
        if not oids:
            return {}
        texts = queries("relations", self.version // 10000).values()
        listed = {"oids": _array(oids)}
        return reads(Rows(*(self._run(text, listed) for text in texts)), known)

    def _things(self, families: set[str] | None) -> dict[str, dict[int, Thing]]:
        """The families asked for (None: all), each by oid, in one query."""
        texts = queries("things", self.version // 10000)
        wanted = list(texts) if families is None else [name for name in texts if name in families]
        out: dict[str, dict[int, Thing]] = {name: {} for name in wanted}
        text = "\nUNION ALL\n".join(texts[name] for name in wanted)
        for family, oid, kind, identity, properties in self._run(text, self._scope):
            out[family][oid] = thing(kind, identity, properties)
        return out

    @property
    def _scope(self) -> dict[str, Any]:
        return {"hidden": _array(self.hidden), "members": _array(self.members)}

    def _ask(self, file: str, name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Left to psycopg to prepare: on a connection that stays open, planning is half of what a look at it costs."""
        return self._run(queries(file, self.version // 10000)[name], facts, prepare=None)

    def _run(self, text: str, facts: Mapping[str, Any], *, prepare: bool | None = False) -> list[tuple[Any, ...]]:
        # not prepared unless asked for: a generic plan does not see how long the lists are
        return self.conn.execute(text.encode(), facts, prepare=prepare, binary=True).fetchall()


def _array(oids: Sequence[int]) -> str:
    """An array literal: written once for several queries, and the server knows from the context that these are oids."""
    return "{" + ",".join(map(str, oids)) + "}"
