"""A backfill gives way to the application when its calls take longer than before, as the server itself counts them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from target import QUICK, SETTINGS, Target, url_of
from test_run_fill import FILLED, ready
from tiny_project import Tiny

from pgwright import project, verbs
from pgwright.event import Event
from pgwright.project.refusals import BadSettings
from pgwright.project.settings import read_settings
from pgwright.run.policy import Policy
from pgwright.shadow.binaries import find
from pgwright.shadow.server import Server, start

PACED = replace(QUICK, mode="ctid", client_latency=4.0, latency_above=0, latency_window=2.5, batch_target=0.001)
SOME = 24  # calls after which each session has handed its numbers in: it does so once a second


class Application:
    """Four sessions of a role of its own that call something slow or quick all the time."""

    def __init__(self, server: Server, database: str) -> None:
        self.seconds, self.calls = 0.02, 0
        self.usual = self.seconds  # what such a call takes here, as the run has measured it
        self.called = threading.Condition()
        self.over = threading.Event()
        self.where = {"host": server.host, "port": server.port, "dbname": database, "user": "app"}
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(4)]

    def __enter__(self) -> Application:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _work(self) -> None:
        with psycopg.connect(**self.where, autocommit=True) as conn:  # type: ignore[arg-type]
            while not self.over.is_set():
                conn.execute("SELECT mail, pg_sleep(%s) FROM customers WHERE id = 1", (self.seconds,))
                with self.called:
                    self.calls += 1
                    self.called.notify_all()

    def slow(self) -> None:
        """Comes back after some slow calls: ten times as long as usual, however busy the machine is."""
        self.seconds = 10 * self.usual
        with self.called:
            goal = self.calls + SOME
            self.called.wait_for(lambda: self.calls >= goal)


@pytest.fixture(scope="module")
def counting() -> Iterator[Server]:
    """A server that could count statements, with the application's role."""
    with start(find(), more={"shared_preload_libraries": "pg_stat_statements"}) as running, running.connect() as conn:
        conn.execute("CREATE ROLE app LOGIN IN ROLE pg_read_all_data")
        yield running


@pytest.fixture
def slow(counting: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Target]]:
    """A function of the source: the backfill of a table ahead, on a database of that server."""
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TARGET_URL", url_of(counting, "slow"))
    (tmp_path / "project").mkdir()
    made = Target(Tiny(tmp_path / "project"), counting, "slow")
    (made.tiny.root / "pgwright.toml").write_text(SETTINGS)

    def counted_by(source: str) -> Target:
        counting.create("slow")
        ready(made)
        if source == "pg_stat_statements":
            with counting.connect("slow") as conn:
                conn.execute("CREATE SCHEMA seen; CREATE EXTENSION pg_stat_statements SCHEMA seen")
        return made

    yield counted_by
    counting.drop("slow")


@pytest.mark.parametrize("source", ["pg_stat_statements", "pg_stat_database"])
def test_it_gives_way_while_calls_are_slow_and_ends(slow: Callable[[str], Target], source: str) -> None:
    target = slow(source)
    policy = PACED if source == "pg_stat_database" else replace(PACED, ignore=frozenset({"drift"}))  # of the extension
    with Application(target.server, target.database) as application:

        def on_event(event: Event) -> None:
            target.events.append(event)
            if level := re.search(r"takes ([\d.]+) ms a call", event.text):
                application.usual = float(level[1]) / 1000
            if event.stage == "throttled":
                application.seconds = 0.02

        def point(name: str) -> None:
            if name.endswith(".batch") and not any(one.stage == "throttled" for one in target.events):
                application.slow()

        how = verbs.How(policy, point=point)
        done = verbs.apply(project.find(target.tiny.root), "dev", how=how, on_event=on_event)
    told = {event.stage: event.text for event in target.events}
    assert source in told["latency"] and "times as before" in told["throttled"]
    assert [one.state for one in done.receipts] == ["done"] or source == "pg_stat_statements"
    assert target.value(FILLED) == 20_000


def test_without_an_application_nothing_is_measured(slow: Callable[[str], Target]) -> None:
    target = slow("pg_stat_database")
    target.apply(policy=replace(PACED, latency_window=0.0, duty=1.0))
    assert [e.text for e in target.events if e.stage == "latency"] == ["too few statements of the application to slow down for"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("client_latency = 0.5", "at least 1"),
        ("duty = 2", "at most 1"),
        ("latency = 2", "no key latency"),
        ('duty = "1"', "a number"),
    ],
)
def test_a_pace_that_makes_no_sense_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "pgwright.toml").write_text(f"{SETTINGS}[environments.dev.pace]\n{text}\n")
    with pytest.raises(BadSettings, match=rf"environments\.dev\.pace .*{words}"):
        read_settings(tmp_path)


def test_an_environment_sets_the_pace_and_the_caller_has_the_last_word(tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text(f"{SETTINGS}[environments.dev.pace]\nclient_latency = 2\nwal_rate = 5e7\n")
    pace = read_settings(tmp_path).environment_named("dev").pace
    assert Policy().paced(pace) == Policy(client_latency=2.0, wal_rate=5e7)
    assert Policy(wal_rate=1e6).paced(pace) == Policy(client_latency=2.0, wal_rate=1e6)
