"""watch: apply what becomes ready, one proven and approved revision after the other, until the head is reached.

What keeps a run from going on is told once and waited for: files are looked at, a window is asked, everything else is tried
again. Only what no waiting mends ends it: a drift, a step that failed, a person who cancelled.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from psycopg import sql

from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent, silent
from pgwright.project import Project
from pgwright.project.address import address_of
from pgwright.project.kept import kept_proofs
from pgwright.project.refusals import BadSettings, Unreachable
from pgwright.records import Receipt
from pgwright.run import refusals as run
from pgwright.run import stamp, steer
from pgwright.run.backup.refusals import NotBackedUp
from pgwright.run.planned import version_table_of
from pgwright.run.session import opened
from pgwright.verbs.apply import apply
from pgwright.verbs.execution import How
from pgwright.verbs.papers import Papers, papers
from pgwright.verbs.refusals import BrokenHistory, BrokenSeal, Heads

ON_PAPER = (run.AwaitsApproval, run.NotProven, NotBackedUp)  # somebody has to write something down
IN_TIME = (run.StillLocked, run.OtherRunner, run.OutsideWindow, run.Paused, run.HeldBack)
# Wrong input when a watch begins; after that it is what a pull or a restart leaves for a moment.
UNREADABLE = (BrokenHistory, BrokenSeal, Heads, BadSettings)
AWAY = (Unreachable, run.LostConnection, run.Disconnected)
ANYWAY = 60.0  # seconds after which a round is made whatever the files say: an approval counts by branches and clocks too
SLICE = 0.2  # seconds between two looks at Ctrl-C


@dataclass(frozen=True, slots=True)
class Watched:
    """What a watch came to: the receipts of all its rounds, and what it still waited for when it was stopped."""

    environment: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    receipts: tuple[Receipt, ...]
    waiting: Refusal | None = None


@dataclass(slots=True)
class _Watch:
    """A watch on its way; `project` is as it was read last."""

    find: Callable[[], Project]
    environment: str
    to: str | None
    how: How
    every: float
    on_event: OnEvent
    project: Project
    is_first: bool = True
    said: set[str] = field(default_factory=set)

    def tell(self, event: Event) -> None:
        """Pass an event on. A note is told again only when something happened in between."""
        if event.level != "note":
            self.said.clear()
        elif (told := f"{event.stage}: {event.text}") in self.said:
            return
        else:
            self.said.add(told)
        self.on_event(event)


def watch(
    find: Callable[[], Project],
    environment: str,
    to: str | None = None,
    *,
    how: How | None = None,
    every: float = 5.0,
    on_event: OnEvent = silent,
) -> Watched:
    """Apply up to `to` (default: the head) as it becomes possible; looks every so many seconds. `find` reads the project anew.

    Ends at the head, at a Receipt that is not `done`, and when `how.stopping` says so. Raises what no waiting mends.
    """
    project, receipts = find(), list[Receipt]()
    chosen = replace(how or How(), as_far=True, noticed=set(), on_receipt=receipts.append)
    at = _Watch(find, environment, to, chosen, every, on_event, project)
    before = _recorded(project, environment)
    while True:
        seen = _settled(at)
        waiting = _round(at)
        at.is_first = False
        if waiting is None or not _is_time(at, waiting, seen):
            break
    try:
        after = _recorded(at.project, environment)
    except AWAY:
        after = ()
    return Watched(environment, before, after, tuple(receipts), waiting)


def _round(at: _Watch) -> Refusal | None:
    """Apply as far as it goes; what has to be waited for then, or None when the watch is over."""
    try:
        while True:
            at.project = at.find()
            if not at.is_first:
                _require_wanted(at)
            done = apply(at.project, at.environment, at.to, how=at.how, on_event=at.tell)
            at.is_first = False
            if not done.receipts or done.receipts[-1].state != "done":
                return None
    except (*ON_PAPER, *IN_TIME, *UNREADABLE, *AWAY) as refused:
        if at.is_first and isinstance(refused, UNREADABLE):
            raise
        at.tell(Event("waiting", f"{refused.message} {' '.join(refused.hint.split())}".strip(), level="note"))
        return refused


def _require_wanted(at: _Watch) -> None:
    """A pause that somebody asked for stands until it is taken back: a round of its own accord may not do that."""
    asked, why = steer.wish(address_of(at.project.settings, at.environment))
    if asked != "run":
        kind = run.CalledOff if asked == "cancel" else run.HeldBack
        raise kind(environment=at.environment, why=why or f"pgwright run {asked}")


def _is_time(at: _Watch, waiting: Refusal, seen: Papers) -> bool:
    """Waits until another round may come further; False when the watch shall end."""
    begun = time.monotonic()
    look = begun + at.every
    while not at.how.stopping():
        now = time.monotonic()
        if now >= look:
            if _may_come_further(at, waiting, seen) or now - begun > max(ANYWAY, at.every):
                return True
            look = now + at.every
        time.sleep(max(0.0, min(SLICE, look - now)))
    return False


def _may_come_further(at: _Watch, waiting: Refusal, seen: Papers) -> bool:
    if papers(at.project) != seen:
        return True
    if isinstance(waiting, (*ON_PAPER, *UNREADABLE)):
        return False
    if isinstance(waiting, (run.OutsideWindow, run.Paused)):
        window = at.project.settings.environment_named(at.environment).window
        return window is None or window.is_open()
    return True


def _settled(at: _Watch) -> Papers:
    """The papers as they are twice in a row: somebody may be in the middle of a pull."""
    seen = papers(at.project)
    while not at.is_first and not at.how.stopping():
        time.sleep(min(SLICE, at.every))
        again = papers(at.project)
        if again == seen:
            break
        seen = again
    return seen


def _recorded(project: Project, environment: str) -> tuple[str, ...]:
    """What the version table records, or all of the tenants' together. Raises Unreachable."""
    table = version_table_of(kept_proofs(project)).rpartition(".")[2].strip('"')
    with opened(address_of(project.settings, environment)) as session:
        found = [sql.Identifier(schema, name) for schema, name in session.look("version_tables") if name == table]
        return tuple(sorted({head for one in found for head in stamp.heads(session.watch, one.as_string(None))}))
