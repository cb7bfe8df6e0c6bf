"""Reads what is in a database: everything at first, and after that only what changed.

A snapshot carries markers: for each relation, and for each catalog of other things, the number of its catalog rows and
sums over their xmin. Equal markers mean that nothing happened there. What changed is read again together with whatever
the server says depends on it; a new name for something that existed makes everything be read again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pgwright.schema import assemble, incremental
from pgwright.schema.assemble import Row
from pgwright.schema.reading import Connection, OpenTransaction, Reader, Session, reading, settle
from pgwright.schema.snapshot import Markers, Snapshot, snapshot

__all__ = ["OpenTransaction", "Session", "Snapshot", "capture", "settle"]


def capture(conn: Connection | Session, previous: Snapshot | None = None, *, once: bool = False) -> Snapshot:
    """The database's schema now, in at most 12 messages; with `previous`, only what changed since is read.

    `previous` may come from this database, from the template that it was made of by CREATE DATABASE, or from another
    copy of that template: oids and xmins survive the copy, and a transaction number is given out once per server. After
    a restart, in another server, or in a copy of its data directory, everything is read. Catalog text is the
    server's newest (deparsers do not see the transaction's snapshot): let nobody change the schema meanwhile.
    `once` leaves out the markers, which are a tenth of the work: a capture that is given it as `previous` reads all.
    """
    with reading(conn, few=previous is not None) as read, _without_collector():
        owners = {} if once else {row[0]: row[1:] for row in read.fetch("markers")}
        if previous is not None:
            changed = incremental.changes(owners, previous)
            if not changed:
                return previous
            following = incremental.advance(read, owners, changed, previous)
            if following is not None:
                return following
        return _everything(read, owners)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Tens of thousands of new records, none of them in a cycle, would set off the cyclic collector again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _everything(read: Reader, owners: dict[int, Row]) -> Snapshot:
    rows = read.relations()
    columns = assemble.column_names(rows.columns)
    things = read.things("types + functions + sequences + loose + settled")
    return snapshot(read.version, Markers(owners, assemble.relations(rows, columns), columns, things, rows.types))
