"""A step that cannot be in a transaction: an intent before, the catalog asked after.

After a kill the journal knows the intent, and the catalog knows the rest: an index that is valid is done, one that is
invalid is dropped and built again, one that is absent is built. Nobody waits for these statements, so they wait long
for locks: a short lock_timeout would only leave invalid indexes behind.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql

from pgwright.run import form, journal, seat
from pgwright.run.control import Course, obey, refusal, wanted
from pgwright.run.locks import Blocker, blockers
from pgwright.run.refusals import JournalDisagrees, StillLocked
from pgwright.run.session import Session
from pgwright.run.transaction import finish
from pgwright.run.unit import RunStep
from pgwright.step import Lock, Observed

GIVEN_UP = 1.0  # seconds


def run(session: Session, course: Course, *, last: bool) -> None:
    """The step. Raises StillLocked, Paused, Cancelled, and what the server refuses."""
    step, [message] = course.step, course.step.messages
    obey(session, course)
    session.point(f"{course.unit.revision}.{step.no}.begun")
    said_before = journal.intend(session, course.id, step)
    session.point(f"{course.unit.revision}.{step.no}.intended")
    if not (said_before and _has_happened(session, course, message)):
        _clear_leftover(session, message)
        session.point(f"{course.unit.revision}.{step.no}.cleared")
        _send(session, course, message)
        session.point(f"{course.unit.revision}.{step.no}.sent")
    with session.conn.transaction():
        finish(session, course, last=last)
    session.point(f"{course.unit.revision}.{step.no}.committed")


def is_undone(session: Session, step: RunStep) -> bool:
    """True when a step that was begun has left nothing; an invalid index is dropped first. Only builds can tell."""
    [message] = step.messages
    if form.built_index(message.message) is None:
        return False
    _clear_leftover(session, message)
    index = _index(session, message)
    return index is None or index[1] is None


def _send(session: Session, course: Course, message: Observed) -> None:
    """The message itself, while another thread watches for people and for whoever is in the way."""
    conn, timeout = session.conn, session.policy.quiet_timeout
    for setting in course.step.settings:
        conn.execute(setting.encode())
    _set_timeout(session, timeout)
    seat.reach(session, course.unit, message)
    try:
        with attended(session, course, message):
            conn.execute(_as_sent(session, message.message).encode(), prepare=False)
    except psycopg.errors.LockNotAvailable as error:
        _tidy(session, message)
        raise StillLocked(
            revision=course.unit.revision, budget=f"{timeout:.1f} s", tries=1, timeout=f"{timeout:.1f} s",
            blockers="; ".join(map(str, _in_the_way(session, course))) or "nobody who could be seen afterwards",
        ) from error  # fmt: skip
    except psycopg.errors.DiskFull:
        _tidy(session, message)  # half an index takes the room that is missing
        raise
    except psycopg.errors.QueryCanceled as error:
        wish, why = wanted(session)
        if wish == "run":
            raise
        _tidy(session, message)
        raise refusal(session, course, wish, why) from error
    finally:
        if not conn.closed:
            conn.execute("RESET ALL")
            session.own_settings()


def _in_the_way(session: Session, course: Course) -> list[Blocker]:
    """The CONCURRENTLY forms also wait for every transaction that writes to the table, as SHARE would."""
    return blockers(session, [Lock(lock.relation, "ShareLock") for lock in course.step.locks])


def _set_timeout(session: Session, seconds: float) -> None:
    text = sql.SQL("SET lock_timeout = {}").format(sql.Literal(f"{max(1, round(seconds * 1000))}ms"))
    session.conn.execute(text)


def _as_sent(session: Session, message: str) -> str:
    """A detach that was interrupted is finished with another word (PostgreSQL documentation, ALTER TABLE, FINALIZE)."""
    found = form.detached(message)
    if found is None or _detach(session, found) != "pending":
        return message
    table, partition = (form.identifier(name).as_string(None) for name in found)
    session.tell("detach", f"{partition} was left half detached by a run that was interrupted; finished", level="note")
    return f"ALTER TABLE {table} DETACH PARTITION {partition} FINALIZE"


def _detach(session: Session, names: tuple[tuple[str, ...], ...]) -> str:
    """How far the catalog says that a detach is: attached, pending, or detached."""
    table, partition = (form.identifier(name).as_string(None) for name in names)
    return str(session.run("detach", table=table, partition=partition).fetchone()[0])  # type: ignore[index]


def _index(session: Session, message: Observed) -> tuple[str, bool | None, bool] | None:
    """(name as SQL, valid or None when absent, somebody is building it) of the index that the message is about."""
    built = form.built_index(message.message)
    if built is None:
        return None
    table = form.identifier(built.table).as_string(None)
    row = session.run("index_name", name=built.name, table=table).fetchone()
    if row is None:
        return None
    name = str(row[0])
    found = session.look("index", name=name)
    return (name, *found[0]) if found else (name, None, False)


def _has_happened(session: Session, course: Course, message: Observed) -> bool:
    """What the catalog says about a step whose intent was journalled by a run that did not come to its end."""
    if form.kind(message.message) == "opaque":
        what = f"{course.unit.revision} had begun a statement that commits by itself: {message.message.strip()[:80]}"
        raise JournalDisagrees(
            environment=session.name, what=what, remedy="Look how far it came, finish it by hand, and stamp the revision."
        )
    index = _index(session, message)
    if index is not None:
        return index[1] is True
    if (detached := form.detached(message.message)) is not None:
        return _detach(session, detached) == "detached"
    removed = form.removed_indexes(message.message)
    if removed:
        names = [sql.Identifier(*name).as_string(None) for name in removed]
        return not session.look("present", names=names)
    return False


def _tidy(session: Session, message: Observed) -> None:
    """Drop what a build that we gave up left, if that is possible at once: the drop waits for the same writers."""
    try:
        _clear_leftover(session, message, GIVEN_UP)
    except (psycopg.errors.LockNotAvailable, psycopg.errors.DiskFull):
        index = _index(session, message)
        session.tell("invalid-index", f"{index[0] if index else ''} stays invalid; the next run drops it", level="bad")


def _clear_leftover(session: Session, message: Observed, timeout: float | None = None) -> None:
    """An invalid index of that name is what an interrupted build left: drop it, and say so."""
    while (index := _index(session, message)) is not None and index[2]:
        session.tell("waiting", f"another session is building {index[0]}", level="note")
        time.sleep(0.2)
    if index is not None and index[1] is False:
        session.tell("invalid-index", f"{index[0]} was left invalid by a build that was interrupted; dropped", level="note")
        _set_timeout(session, timeout or session.policy.quiet_timeout)
        session.conn.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index[0]}".encode())


@contextmanager
def attended(session: Session, course: Course, message: Observed) -> Iterator[None]:
    """While a long statement runs, the looking session looks: it tells progress, and cancels when a person wants that."""
    over = threading.Event()

    def look() -> None:
        with suppress(psycopg.Error):  # a session that died: the statement itself will tell
            while not over.wait(session.policy.watch_every):
                if wanted(session)[0] != "run":
                    session.conn.cancel_safe()
                    return
                for text, done, total in session.look("progress", pid=session.about.pid):
                    session.tell("index", text, done=done, total=total)

    thread = threading.Thread(target=look, name="pgwright-attending", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()

