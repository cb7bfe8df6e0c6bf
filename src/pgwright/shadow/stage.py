"""The stage of a proof: one throw-away server, the user's interpreter, and the databases between which steps run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import psycopg

from pgwright.event import OnEvent, silent
from pgwright.interpreter import Compiled, Direction, Interpreter, Loaded, Ran, Target, Waiting
from pgwright.schema.catalog import Session, Snapshot, capture, settle
from pgwright.shadow import versions
from pgwright.shadow.outage import require_server
from pgwright.shadow.record import PROBE, Recorder, install
from pgwright.shadow.server import Server
from pgwright.shadow.versions import Versions
from pgwright.shadow.waiting import Waiter
from pgwright.step import Observed

Profile = Literal["none", "plain", "hostile"]
EMPTY = "pgwright_empty"  # the template: what a history starts from


@dataclass(frozen=True, slots=True)
class Options:
    """How to prove: which rows, with which seed, whether to record every message."""

    rows: Profile = "plain"
    trace: bool = True
    seed: int = 1


@dataclass(slots=True)
class Stage:
    """Runs steps on named databases and says what happened; knows nothing of verdicts."""

    server: Server
    interpreter: Interpreter
    options: Options = field(default_factory=Options)
    on_event: OnEvent = silent
    loaded: Loaded = field(init=False)
    compiled: dict[tuple[str, Direction], Compiled] = field(default_factory=dict)
    recorder: Recorder | None = field(init=False, default=None)
    _version_tables: frozenset[versions.Table] = frozenset()
    _kept: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)
    _readers: dict[str, Session] = field(default_factory=dict)

    def open(self, prepare: Callable[[], None], *, fresh: bool) -> None:
        """Make the empty template (set-up SQL, recorder) unless an image brought it; then env.py runs once against it."""
        if fresh:
            self.server.create(EMPTY)
            prepare()
            if self.options.trace:
                with self.server.connect(EMPTY) as conn:
                    install(conn)
        self.loaded = self.interpreter.load(self.target(EMPTY))
        self._version_tables = versions.declared(self.loaded.contexts)
        if self.options.trace:
            self.recorder = Recorder(self.server.log)

    def compile(self, revisions: Iterable[str]) -> None:
        """Render the revisions offline, all at once: two runs of env.py however many they are."""
        wanted: list[tuple[str, Direction]] = [(r, d) for r in revisions for d in ("up", "down")]
        self.compiled.update(((c.revision, c.direction), c) for c in self.interpreter.compile_all(wanted))

    @contextmanager
    def connected(self, database: str) -> Iterator[psycopg.Connection[Any]]:
        """A connection that is kept: a new backend pays for cold catalog caches, several times per revision."""
        conn = self._kept.get(database)
        if conn is None or conn.closed:
            conn = self._kept[database] = self.server.connect(database)
            conn.execute("SET log_statement = 'none'; SET log_duration = off")
        yield conn

    def clone(self, name: str, template: str) -> None:
        """A copy of a database; our own connection to it goes first, since nobody may be connected to a template."""
        self.release(template)
        self.server.create(name, template=template)

    def drop(self, name: str) -> None:
        """Drop a database, our own connection to it first."""
        self.release(name)
        self.server.drop(name)

    def release(self, name: str) -> None:
        """Close our own connections to a database."""
        kept, reader = self._kept.pop(name, None), self._readers.pop(name, None)
        for conn in (kept, reader.conn if reader else None):
            if conn is not None:
                conn.close()

    def target(self, database: str) -> Target:
        """Where the user's engines are sent."""
        return Target(host=str(self.server.host), port=self.server.port, user=self.server.user, dbname=database)

    def run(self, database: str, steps: Sequence[tuple[Direction, str]]) -> tuple[Ran, tuple[Observed, ...]]:
        """All steps in one run of env.py; with a recorder, the messages that the server received meanwhile."""
        if self.recorder is None:
            return require_server(self.server, self.interpreter.step(self.target(database), steps)), ()
        self.recorder.skip()
        waiter = Waiter(lambda: self.server.connect(database))

        def on_wait(waiting: Waiting) -> None:
            waiter.hold(waiting.sql, waiting.pid)

        ran = self.interpreter.step(self.target(database), steps, trace=True, on_wait=on_wait, probe_sql=PROBE)
        require_server(self.server, ran)
        messages = _with_lines(self.recorder.read(), ran)
        for text, locks in waiter.collect():
            messages = tuple(
                replace(m, locks=tuple(sorted({*m.locks, *locks}))) if m.message == text else m for m in messages
            )
        return ran, messages

    def capture(self, database: str, previous: Snapshot | None = None) -> Snapshot:
        """The catalog as it is now; with the last snapshot of this lineage only what changed is read."""
        reader = self._readers.get(database)
        if reader is None or reader.conn.closed:
            conn = self.server.connect(database)
            conn.execute("SET log_statement = 'none'; SET log_duration = off")
            reader = self._readers[database] = settle(conn)
        snapshot = capture(reader, previous)
        self._version_tables |= versions.found(self.loaded.contexts, snapshot.schema)
        return snapshot

    def versions(self, database: str) -> Versions:
        """The content of every version table; what is not there is not told."""
        with self.connected(database) as conn:
            return versions.read(conn, self._version_tables)

    def heads(self, database: str) -> tuple[str, ...]:
        """The recorded revisions, of all version tables together."""
        return versions.together(self.versions(database))

    @property
    def ignored(self) -> frozenset[str]:
        """Relations that belong to Alembic, not to the revisions."""
        return frozenset(f"{schema}.{name}" for schema, name in self._version_tables)

    def return_to(self, database: str, recorded: Versions) -> str:
        """Bring a database back to the revisions recorded before a failure, and only if it moved.

        Never a relative downgrade: after a failed upgrade that the transaction already undid, `downgrade -1` would
        take away the revision before it, and its table's rows. With a version table per tenant those that moved come
        first in the loop; the run ends at the first that did not, so the tables are asked, not the run.
        """
        now = self.versions(database)
        if versions.applied(now) == versions.applied(recorded):
            return f"nothing to undo: the database is still at {versions.told(recorded)}"
        before = versions.together(recorded)
        extra = [revision for revision in versions.together(now) if revision not in before]
        self.run(database, [("down", revision) for revision in extra])
        after = self.versions(database)
        done = "went back" if versions.applied(after) == versions.applied(recorded) else "could not go back"
        return f"{done} from {versions.told(now)} to {versions.told(recorded)}"


def _with_lines(messages: tuple[Observed, ...], ran: Ran) -> tuple[Observed, ...]:
    """Give each message the line of the revision file that sent it, by walking both lists in order."""
    lines = [(squeezed(s.sql), s.line) for s in ran.statements]
    at, out = 0, []
    for message in messages:
        wanted = squeezed(message.message)
        found = next((i for i in range(at, len(lines)) if lines[i][0] == wanted), None)
        if found is not None:
            at = found + 1
            message = replace(message, line=lines[found][1])
        out.append(message)
    return tuple(out)


PLACE = re.compile(r"%\(\w+\)s|%s|\$\d+")


def squeezed(text: str) -> str:
    """Statement text without what drivers change: spaces, placeholders, doubled percent signs, the closing semicolon."""
    return " ".join(PLACE.sub("?", text).replace("%%", "%").split()).rstrip("; ")
