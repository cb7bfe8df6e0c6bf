"""A backfill: batches of rows, each with its cursor in one transaction, until nothing is left to fill.

The predicate decides which rows are filled, never the cursor alone: an UPDATE of the application moves a row to another
page, before or behind the cursor. So the table is gone over again until no row matches.

Batches that a revision's own text has (split.py) are gone over again until a pass touches no row.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from psycopg import sql

from pgwright.run import locks, seat, transaction
from pgwright.run.control import Course, obey
from pgwright.run.latency import Latency, measured
from pgwright.run.locks import RETRIED
from pgwright.run.pace import Pace, Throttle
from pgwright.run.refusals import OutOfTurn, RowsLeft, StillLocked
from pgwright.run.report import Progress
from pgwright.run.session import Session
from pgwright.run.split import PASSES, Split, split
from pgwright.run.statements import statement
from pgwright.run.walk import Member, Way, choose
from pgwright.step import Finding, Lock


@dataclass(slots=True)
class Filled:
    """What a backfill did, the part before a kill included."""

    rows: int = 0
    batches: int = 0
    longest: float = 0.0
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the walk over one member stands, as the journal has it."""

    relation: int
    number: int  # of the pass
    mode: str
    relfilenode: int
    low: int
    high: int
    next: int
    rows: int
    batches: int
    seconds: float
    longest: float


@dataclass(slots=True)
class _Fill:
    """One backfill on its way."""

    session: Session
    course: Course
    split: Split
    throttle: Throttle
    progress: Progress
    paces: dict[str, Pace]

    def pace(self, mode: str) -> Pace:
        return self.paces.setdefault(mode, Pace(mode, self.session.policy.batch_target))


def run(session: Session, course: Course, *, last: bool) -> Filled:
    """Fill, verify, and write the version table with the end of the unit. Raises RowsLeft, CannotWalk, StillLocked."""
    what = split(course.unit, course.step)
    table, found = what.table, what.members(session)
    progress = Progress(session, table, sum(m.pages for m in found), sum(m.size for m in found))
    throttle = Throttle(session, _clients(session, progress.size))
    fill = _Fill(session, course, what, throttle, progress, {})
    number = max((c.number for c in _own(fill)), default=what.first)
    while True:
        for member in found:
            _walk(fill, member, number)
        begun = time.monotonic()
        if not _left(fill, number):
            break
        if throttle.clients:
            throttle.clients.did(time.monotonic() - begun)
        number += 1
        if number - what.first >= session.policy.passes:
            if what.batches is not None:
                break  # as many as the text itself makes, and more: what comes after them counts what is missing
            left = _rows_left(session, table, what.where, count=True)
            raise RowsLeft(table=table, passes=session.policy.passes, count=left, where=what.where)
        session.tell("backfill", f"rows of {table} were written meanwhile: once more", level="note")
        found = what.members(session)
    with session.conn.transaction():
        _set(session, course)
        for message in course.step.messages:
            seat.reach(session, course.unit, message)
            if what.batches is None:
                session.conn.execute(message.message.encode(), prepare=False)
        transaction.finish(session, course, last=last)
    session.point(f"{course.unit.revision}.{course.step.no}.committed")
    return _filled(fill)


def _clients(session: Session, size: int) -> Latency | None:
    """What the application's calls take before a backfill that is long enough to slow them down."""
    policy = session.policy
    return measured(session) if policy.client_latency and size >= policy.latency_above else None


def cursors(session: Session, unit: int) -> list[Cursor]:
    """All cursors of a unit."""
    return [Cursor(*row) for row in session.look("cursors", unit=unit)]


def _walk(fill: _Fill, member: Member, number: int) -> None:
    """One member, from where its cursor stands."""
    session = fill.session
    way, cursor = _begun(fill, member, number)
    while cursor.next < cursor.high:
        obey(session, fill.course)
        pace = fill.pace(way.mode)
        end = min(cursor.high, cursor.next + pace.size)
        begun = time.monotonic()
        rows = _tried(fill, member, way, cursor, end)
        if rows is None:
            way, cursor = _begun(fill, member, number)
            continue
        worked = time.monotonic() - begun
        pace.took(worked, rows / max(1.0, (end - cursor.next) * (member.density if way.mode == "ctid" else 1.0)))
        chunk = _chunk_ended(session, member, cursor, end)
        cursor = replace(cursor, next=end, seconds=worked)
        fill.progress.step(member.pages, cursor.low, end, cursor.high, rows, fill.throttle.reason)
        if chunk:
            _vacuum(fill, member)
        if rest := fill.throttle.rest(worked, fill.course.duty):
            time.sleep(rest)


def _begun(fill: _Fill, member: Member, number: int) -> tuple[Way, Cursor]:
    """The cursor that the journal has, or a new one; from the beginning when the table was rewritten meanwhile."""
    session, unit = fill.session, fill.course.id
    for cursor in cursors(session, unit):
        if (cursor.relation, cursor.number) == (member.oid, number):
            [(node, pages)] = session.look("filenode", relation=member.oid)
            if cursor.mode == "ctid" and node != cursor.relfilenode:
                session.tell("backfill", f"{member.name} was rewritten meanwhile: from its beginning again", level="note")
                facts = {"relfilenode": node, "high": pages, "unit": unit, "relation": member.oid, "pass": number}
                session.run("restart_cursor", **facts)
                return _begun(fill, member, number)
            key = session.ask(statement("whole_key", relation=member.oid))[0][0] if cursor.mode == "pk" else ""
            return Way(cursor.mode, cursor.low, cursor.high, key), cursor
    way = choose(session, member, by_page=fill.split.batches is not None and member.name == fill.split.table)
    facts = {"unit": unit, "relation": member.oid, "pass": number, "mode": way.mode, "relfilenode": member.relfilenode}
    session.run("start_cursor", low=way.low, high=way.high, **facts)
    session.point(f"{fill.course.unit.revision}.{fill.course.step.no}.cursor")
    session.tell("backfill", f"{member.name} by {'primary key' if way.mode == 'pk' else 'pages'}, pass {number}")
    return way, Cursor(member.oid, number, way.mode, member.relfilenode, way.low, way.high, way.low, 0, 0, 0.0, 0.0)


def _tried(fill: _Fill, member: Member, way: Way, cursor: Cursor, end: int) -> int | None:
    """Rows of one batch; None when it has to be tried again with fewer. Raises StillLocked when that goes on too long."""
    session = fill.session
    try:
        rows = _batch(fill, member, way, cursor, end)
    except RETRIED:
        fill.pace(way.mode).shrink()
        fill.progress.refused()
        if fill.progress.refused_for > session.policy.lock_budget:
            held = locks.blockers(session, [Lock(member.name.replace('"', ""), "ExclusiveLock")])
            raise StillLocked(
                revision=fill.course.unit.revision, budget=f"{fill.progress.refused_for:.1f} s", tries=fill.progress.refusals,
                timeout=f"{session.policy.lock_timeout * 1000:.0f} ms", blockers="; ".join(map(str, held[:5])),
            ) from None  # fmt: skip
        time.sleep(session.policy.first_pause)
        return None
    fill.progress.went()
    return rows


def _batch(fill: _Fill, member: Member, way: Way, cursor: Cursor, end: int) -> int:
    """One batch and its cursor, in one transaction."""
    session, conn = fill.session, fill.session.conn
    place = f"{fill.course.unit.revision}.{fill.course.step.no}"
    with conn.transaction():
        session.local_timeout(session.policy.lock_timeout)
        _set(session, fill.course)
        rows = conn.execute(fill.split.batch(member, way.between(cursor.next, end)), prepare=False).rowcount
        session.point(f"{place}.updated")
        facts = {"unit": fill.course.id, "relation": member.oid, "pass": cursor.number, "before": cursor.next}
        moved = session.run("move_cursor", next=end, rows=rows, seconds=cursor.seconds, **facts)
        if moved.rowcount != 1:
            raise OutOfTurn(table=member.name, environment=session.name)
        session.point(f"{place}.moved")
    session.point(f"{place}.batch")
    return rows


def _set(session: Session, course: Course) -> None:
    """The settings that the revision's frame had made, such as a tenant's search_path, for this transaction."""
    for setting in course.step.settings:
        session.conn.execute(transaction.as_local(setting).encode())


def _own(fill: _Fill) -> list[Cursor]:
    """The cursors of this step."""
    first = fill.split.first
    return [c for c in cursors(fill.session, fill.course.id) if first <= c.number < first + PASSES]


def _left(fill: _Fill, number: int) -> bool:
    """Whether rows may be left after that pass."""
    if fill.split.batches is not None:
        return any(c.rows for c in _own(fill) if c.number == number)
    return bool(_rows_left(fill.session, fill.split.table, fill.split.where))


def _rows_left(session: Session, table: str, where: str, *, count: bool = False) -> int:
    """How many rows still match, or 1 for any, read by the looking session."""
    text = "SELECT count(*) FROM {} WHERE {}" if count else "SELECT count(*) FROM (SELECT FROM {} WHERE {} LIMIT 1) AS one"
    query = sql.SQL(text).format(sql.SQL(table), sql.SQL(where))
    return int(session.ask(query)[0][0])


def _chunk_ended(session: Session, member: Member, cursor: Cursor, end: int) -> bool:
    """True when a batch crosses into the next chunk of a table that is large enough to be vacuumed in between."""
    if member.size < session.policy.vacuum_above or end >= cursor.high:
        return False
    chunk = max(1, (cursor.high - cursor.low) // session.policy.chunks)
    return (cursor.next - cursor.low) // chunk != (end - cursor.low) // chunk


def _vacuum(fill: _Fill, member: Member) -> None:
    """What the batches left dead becomes free for the next: 1.5 instead of twice the size at the end, with four chunks.

    Without truncation, which takes ACCESS EXCLUSIVE. A role that may not is told so by a warning of the server's.
    """
    session, begun = fill.session, time.monotonic()
    session.tell("vacuum", f"{member.name}, between two chunks")
    session.conn.execute(sql.SQL("VACUUM (TRUNCATE false) {}").format(sql.SQL(member.name)))
    if fill.throttle.clients:
        fill.throttle.clients.did(time.monotonic() - begun)
    session.point("vacuumed")


def _filled(fill: _Fill) -> Filled:
    session, table, done = fill.session, fill.split.table, _own(fill)
    filled = Filled(sum(c.rows for c in done), sum(c.batches for c in done), max((c.longest for c in done), default=0.0))
    if not filled.rows and fill.split.batches is None and _rows_left(session, table, "true"):
        filled.findings.append(_no_op(fill.course, table))
    return filled


def _no_op(course: Course, table: str) -> Finding:
    """The table holds rows and none needed filling: either it was done before, or the predicate misses them."""
    where = (course.unit.literal or {}).get("where", "")
    return Finding(
        "no-op-statement", "PW401", "warning", "measured",
        f"the backfill of {table} matched none of its rows ({where})",
        why="A placeholder default instead of NULL makes a predicate like IS NULL skip every row.",
        instead=f"Look at some rows: SELECT * FROM {table} LIMIT 10",
        revision=course.unit.revision, phase="upgrade",
    )  # fmt: skip
