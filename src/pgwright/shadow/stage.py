"""The stage of a proof: one throw-away server, the user's interpreter, and the databases between which steps run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg import sql

from pgwright.errors import Refusal
from pgwright.event import OnEvent, silent
from pgwright.interpreter import Compiled, Direction, Interpreter, Loaded, Ran, Target, Waiting
from pgwright.interpreter.refusals import EnvFailed
from pgwright.schema.catalog import Session, Snapshot, capture, settle
from pgwright.shadow import versions
from pgwright.shadow.app_sql import Statement
from pgwright.shadow.attached import AttachedServer
from pgwright.shadow.old_code import Release
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


class TriggersStay(Refusal):
    """
    the history writes rows whose parents are in no earlier revision; that needs foreign key triggers off, which the
    role {user} may not do on the server at {where}
    Name a role that may (GRANT SET ON PARAMETER session_replication_role, from PostgreSQL 15 on), or leave the URL out.
    """

    code = "PW-SHADOW-33"


@dataclass(slots=True)
class Stage:
    """Runs steps on named databases and says what happened; knows nothing of verdicts."""

    server: Server | AttachedServer
    interpreter: Interpreter
    options: Options = field(default_factory=Options)
    on_event: OnEvent = silent
    loaded: Loaded = field(init=False)
    compiled: dict[tuple[str, Direction], Compiled] = field(default_factory=dict)
    recorder: Recorder | None = field(init=False, default=None)
    releases: tuple[Release, ...] = ()  # whose statements are tried before and after each revision
    app_sql: tuple[Statement, ...] = ()  # tried before and after each revision
    places: dict[Path, frozenset[str]] = field(default_factory=dict)  # names that revisions of a folder may import
    resends: bool = True  # second upgrades may be the messages of the first, where these depend on nothing
    without_foreign_keys: bool = False  # in every database of the history (baseline no-fk)
    _version_tables: frozenset[versions.Table] = frozenset()
    _kept: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)
    _readers: dict[str, Session] = field(default_factory=dict)

    def open(self, prepare: Callable[[], None], *, fresh: bool) -> None:
        """Make the empty template (set-up SQL, recorder) unless an image brought it; then env.py runs once against it."""
        if fresh:
            self.server.create(EMPTY)
            prepare()
            if self.is_traced:
                with self.server.connect(EMPTY) as conn:
                    install(conn)
        try:
            self.loaded = self.interpreter.load(self.target(EMPTY))
        except EnvFailed as refused:
            self.server.require_alive(refused)  # without a server no env.py loads
            raise
        self._version_tables = versions.declared(self.loaded.contexts)
        if self.options.trace and self.server.log is not None:
            self.recorder = Recorder(self.server.log)

    @property
    def is_traced(self) -> bool:
        """True when every message is recorded: asked for, and the server's log is ours to read."""
        return self.options.trace and self.server.log is not None

    def compile(self, revisions: Iterable[str]) -> None:
        """Render the revisions offline, all at once: two runs of env.py however many they are."""
        wanted: list[tuple[str, Direction]] = [(r, d) for r in revisions for d in ("up", "down")]
        self.compiled.update(((c.revision, c.direction), c) for c in self.interpreter.compile_all(wanted))

    @contextmanager
    def connected(self, database: str) -> Iterator[psycopg.Connection[Any]]:
        """A connection that is kept: a new backend pays for cold catalog caches, several times per revision."""
        conn = self._kept.get(database)
        if conn is None or conn.closed:
            conn = self._kept[database] = self.server.quietly(database)
            conn.prepare_threshold = None  # revisions change the types under a kept plan, alembic_version's included
        yield conn

    def clone(self, name: str, template: str) -> None:
        """A copy of a database; our own connection to it goes first, since nobody may be connected to a template."""
        self.release(template)
        self.server.create(name, template=template)
        if self.without_foreign_keys:
            self.ignore_foreign_keys(name)  # a setting of a database is not copied with it

    def ignore_foreign_keys(self, name: str) -> None:
        """Triggers of foreign keys off for every session there. Raises TriggersStay when the role may not do that."""
        named = sql.Identifier(self.server.name(name))
        with self.connected(name) as conn:
            try:
                conn.execute(sql.SQL("ALTER DATABASE {} SET session_replication_role = replica").format(named))
            except psycopg.errors.InsufficientPrivilege:
                raise TriggersStay(where=self.server.source, user=self.server.user) from None
        self.release(name)  # the setting is read when a session begins

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
        server = self.server
        return Target(server.host, server.port, server.user, server.name(database), server.password)

    def run(
        self, database: str, steps: Sequence[tuple[Direction, str]], *, listen: bool = False
    ) -> tuple[Ran, tuple[Observed, ...]]:
        """All steps in one run of env.py; with a recorder, the messages that the server received meanwhile.

        Without its log, the statements that a second session could make wait, and no others. Without a trace none; with
        `listen` what SQLAlchemy handed to the driver is in the run's `statements`.
        """
        if not self.options.trace:
            return require_server(self.server, self.interpreter.step(self.target(database), steps, trace=listen)), ()
        if self.recorder is not None:
            self.recorder.skip()
        waiter = Waiter(lambda: self.server.quietly(database))

        def on_wait(waiting: Waiting) -> None:
            waiter.hold(waiting.sql, waiting.pid)

        probe = PROBE if self.recorder is not None else None
        ran = self.interpreter.step(self.target(database), steps, trace=True, on_wait=on_wait, probe_sql=probe)
        require_server(self.server, ran)
        seen = waiter.collect()
        if self.recorder is None:
            return ran, _with_lines(tuple(Observed(text, locks=locks) for text, locks in seen), ran)
        messages = _with_lines(self.recorder.read(), ran)
        for text, locks in seen:
            messages = tuple(
                replace(m, locks=tuple(sorted({*m.locks, *locks}))) if m.message == text else m for m in messages
            )
        return ran, messages

    def build(self, database: str, steps: Sequence[tuple[Direction, str]]) -> Ran:
        """All steps in one run of env.py, unobserved: in one long transaction each observation tells all locks so far."""
        target = self.target(database)
        if self.recorder is None:
            return require_server(self.server, self.interpreter.step(target, steps))
        named = sql.Identifier(self.server.name(database))
        with self.connected(database) as conn:
            conn.execute(sql.SQL("ALTER DATABASE {} SET pgwright_shadow.quiet = on").format(named))
        ran = require_server(self.server, self.interpreter.step(target, steps))
        with self.connected(database) as conn:
            conn.execute(sql.SQL("ALTER DATABASE {} RESET pgwright_shadow.quiet").format(named))
        return ran

    def capture(self, database: str, previous: Snapshot | None = None) -> Snapshot:
        """The catalog as it is now; with the last snapshot of this lineage only what changed is read."""
        snapshot = capture(self.reader(database), previous)
        self._version_tables |= versions.found(self.loaded.contexts, snapshot.schema)
        return snapshot

    def reader(self, database: str) -> Session:
        """A session of our own that reads the catalog, nothing else, and keeps its plans."""
        reader = self._readers.get(database)
        if reader is None or reader.conn.closed:
            reader = self._readers[database] = settle(self.server.quietly(database))
        return reader

    def versions(self, database: str) -> Versions:
        """The content of every version table; what is not there is not told."""
        with self.connected(database) as conn:
            return versions.read(conn, self._version_tables)

    def heads(self, database: str) -> tuple[str, ...]:
        """The recorded revisions, of all version tables together."""
        return versions.together(self.versions(database))

    @property
    def is_tried(self) -> bool:
        """True when something of the application is tried before and after each revision."""
        return bool(self.releases or self.app_sql)

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
