"""Runs an example revision on a real server and says what was seen: the half of a rule that is not reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from psycopg import sql as pg

from pgwright._envrun.watch import watching
from pgwright.hazards.example import Example
from pgwright.hazards.locks import BLOCKS_WRITES
from pgwright.hazards.rule import Observation, Rule
from pgwright.shadow.record import PROBE, Recorder
from pgwright.shadow.server import Server
from pgwright.shadow.waiting import TAKEN, Waiter
from pgwright.step import Lock, Observed, Rows

REINDEX_IS_SEEN = 17  # before it no event trigger fires for REINDEX, so the locks that its transaction holds are read
WORK = 100  # rows: every BEFORE fills its tables with more than that where work is to be seen
RELATIONS = """
SELECT n.nspname || '.' || c.relname, pg_relation_filenode(c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'pgwright_shadow')
"""


@dataclass
class Trace:
    """What the server did: messages of each direction, the SQLSTATE that ended one, relations and statements before."""

    before: dict[str, int] = field(default_factory=dict)  # relation -> rows
    messages: dict[str, tuple[Observed, ...]] = field(default_factory=dict)  # up, down, reup
    error: dict[str, str] = field(default_factory=dict)
    rewritten: set[str] = field(default_factory=set)  # by the upgrade
    broken: list[str] = field(default_factory=list)  # statements of the running release that fail now
    query: Any = None


def traced(server: Server, database: str, rule: Rule, example: Example) -> Trace:
    """BEFORE, then the example up, and down and up again as far as the rule's observation looks there."""
    trace = Trace()
    observe = rule.observe
    with server.connect(database) as conn:
        conn.execute("SET log_statement = 'none'")
        conn.execute(rule.before.encode())
        nodes = dict(conn.execute(RELATIONS).fetchall())
        trace.before = {name: _rows(conn, name) for name in nodes}
        assert not _failing(conn, observe), "the running release fails before the revision: BEFORE is wrong"
        steps = {"up": ["up"], "down": ["up", "down"], "reup": ["up", "down", "reup"], "again": ["up", "again"]}[observe.after]
        if rule.phases == ("downgrade",) and steps == ["up"]:
            steps = ["up", "down"]
        for step in steps:
            _run(server, database, example, step, trace)
            if step == "up":
                now = dict(conn.execute(RELATIONS).fetchall())
                trace.rewritten = {name for name, node in nodes.items() if now.get(name, node) != node}
            if trace.error.get(step) and observe.after != "again":
                break
        trace.broken = _failing(conn, observe)
        if observe.query and not any(trace.error.values()):
            trace.query = conn.execute(observe.query.encode()).fetchone()[0]  # type: ignore[index]
    return trace


def _rows(conn: psycopg.Connection[Any], name: str) -> int:
    query = pg.SQL("SELECT count(*) FROM {}").format(pg.Identifier(*name.split(".", 1)))
    return int(conn.execute(query).fetchone()[0])  # type: ignore[index]


def _failing(conn: psycopg.Connection[Any], observe: Observation) -> list[str]:
    """The statements of the running release that fail, each tried and rolled back."""
    out = []
    for text in observe.app:
        try:
            with conn.transaction(force_rollback=True):
                conn.execute(text.encode())
        except psycopg.Error as error:
            out.append(f"{text}: {error.sqlstate}")
    return out


class _Wire:
    """Where the listener asks to be let go: the waiter holds the tables first."""

    def __init__(self, waiter: Waiter) -> None:
        self.waiter = waiter

    def ask(self, event: dict[str, Any]) -> None:
        self.waiter.hold(event["sql"], event["pid"])


def _run(server: Server, database: str, example: Example, step: str, trace: Trace) -> None:
    assert server.log is not None
    recorder, waiter = Recorder(server.log), Waiter(lambda: server.connect(database))
    engine = sa.create_engine(
        "postgresql+psycopg://", connect_args={"host": str(server.host), "port": server.port, "user": server.user,
                                               "dbname": database}, poolclass=sa.NullPool,
    )  # fmt: skip
    module: dict[str, Any] = {"__name__": "example"}
    held: tuple[Lock, ...] = ()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection=connection, opts={"transaction_per_migration": True})
        with Operations.context(context), watching({"example.py": "x"}, {"probe_sql": PROBE, "wait": True}, _Wire(waiter)):
            exec(compile(example.source, "example.py", "exec"), module)  # noqa: S102 - our own examples
            try:
                with context.begin_transaction(_per_migration=True):
                    module["downgrade" if step == "down" else "upgrade"]()
                    held = _held(server, database, connection)
            except sa.exc.SQLAlchemyError as error:  # refused by the server, or not even sent
                trace.error[step] = getattr(getattr(error, "orig", None), "sqlstate", None) or "?"
    engine.dispose()
    messages = recorder.read()
    for text, locks in waiter.collect():
        messages = tuple(
            replace(m, locks=tuple(sorted({*m.locks, *locks}))) if m.message == text else m for m in messages
        )
    if server.major < REINDEX_IS_SEEN:
        messages = tuple(replace(m, locks=m.locks or held) if m.message.startswith("REINDEX") else m for m in messages)
    trace.messages[step] = messages if server.major >= 15 else tuple(_rows_of_each(messages, trace.before))


def _held(server: Server, database: str, connection: sa.Connection) -> tuple[Lock, ...]:
    """The locks that the transaction holds at its end; none in autocommit."""
    raw: Any = connection.connection.driver_connection
    with server.connect(database) as conn:
        return tuple(Lock(relation, mode) for relation, mode in conn.execute(TAKEN, (raw.info.backend_pid,)))


def _rows_of_each(messages: tuple[Observed, ...], filled: dict[str, int]) -> Iterator[Observed]:
    """Before 15 a session's counters run on from one autocommit statement to the next: what is new belongs to each.

    An index built CONCURRENTLY is not counted at its own end there, but in what comes next: it reads its table twice.
    """
    so_far: dict[str, Rows] = {}
    transaction: int | None = None
    for message in messages:
        begins = message.transaction is None or message.transaction != transaction
        transaction = message.transaction
        if "INDEX CONCURRENTLY" in message.message and not message.rows:
            for lock in message.locks:
                so_far[lock.relation] = Rows(lock.relation, 2 * filled.get(lock.relation, 0), 0)
        fresh = []
        for rows in message.rows:
            before = so_far.get(rows.relation, Rows(rows.relation, 0, 0))
            if begins and rows.read >= before.read and rows.written >= before.written:
                fresh.append(Rows(rows.relation, rows.read - before.read, rows.written - before.written))
            else:  # within a transaction the recorder tells them apart by itself
                fresh.append(rows)
            if message.transaction is None:
                so_far[rows.relation] = rows
        yield replace(message, rows=tuple(fresh))


def observed(rule: Rule, trace: Trace) -> bool:
    """True when what the rule's SEEN names was seen (README.md, "SEEN")."""
    observe = rule.observe
    looked = [m for step in trace.messages for m in trace.messages[step] if step == observe.after]
    if rule.seen == "error":
        error = trace.error.get(observe.after, "")
        return error == observe.error if observe.error else bool(error)
    if rule.seen == "lock":
        return _locked(observe, trace, looked)
    if rule.seen == "rewrite":
        return bool(trace.rewritten or [r for m in looked for r in m.rewrites if r in trace.before])
    if rule.seen == "app":
        return bool(trace.broken)
    if observe.query:
        return bool(trace.query)
    return any(r.written >= max(WORK, trace.before.get(r.relation, 0)) for m in looked for r in m.rows)


def _locked(observe: Observation, trace: Trace, messages: list[Observed]) -> bool:
    """A lock on a relation that stood before, held while work proportional to its rows is done (or held at all)."""
    held: set[tuple[str, str]] = set()
    transaction: int | None = None
    for message in messages:
        if message.transaction is None or message.transaction != transaction:
            held.clear()
        transaction = message.transaction
        held |= {
            (lock.relation, lock.mode) for lock in message.locks if _wanted(observe, trace, lock.relation, lock.mode)
        }
        if held and (observe.short or _is_work(message, trace)):
            return True
    return False


def _wanted(observe: Observation, trace: Trace, relation: str, mode: str) -> bool:
    if observe.on and relation != observe.on:
        return False
    return relation in trace.before and (mode == observe.lock if observe.lock else mode in BLOCKS_WRITES)


def _is_work(message: Observed, trace: Trace) -> bool:
    """Rows read or written in the measure of a filled table; a rewrite and what CLUSTER and its kin do count too."""
    if any(name in trace.before for name in message.rewrites):
        return True
    if message.message.split(None, 1)[0].upper() in ("CLUSTER", "VACUUM", "REINDEX", "REFRESH"):
        return True
    return any(max(r.read, r.written) >= WORK for r in message.rows if trace.before.get(r.relation, 0) >= WORK)
