"""apply --watch: what is waited for arrives while it watches, and it goes on by itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from gated import Gated
from gated import gated as gated
from gated import guarded_server as guarded_server
from gated import people as people
from target import QUICK, SETTINGS, Target
from target import target as target
from test_run_apply import INDEX, NOTE
from test_window import closed, notices
from tiny_project import TABLE

from pgwright import project, verbs
from pgwright.errors import Refusal
from pgwright.event import Event
from pgwright.project.address import address_of
from pgwright.run import refusals
from pgwright.run.steer import ask
from pgwright.verbs.papers import papers

Act = Callable[[], object]
EVERY = 0.1


def watched(made: Target, environment: str, *acts: Act, **how: Any) -> tuple[verbs.Watched, list[str]]:
    """A watch during which each thing that it waits for is answered by the next act; and what it waited for."""
    waits, left = list[str](), iter(acts)

    def on_event(event: Event) -> None:
        made.events.append(event)
        if event.stage == "waiting":
            waits.append(event.text)
            next(left)()

    chosen = verbs.How(**{"policy": QUICK, **how})
    found = verbs.watch(lambda: project.find(made.tiny.root), environment, how=chosen, every=EVERY, on_event=on_event)
    assert next(left, None) is None, f"never waited for: {waits}"
    return found, waits


@pytest.fixture
def two(target: Target) -> Target:
    """A table that is applied, and a column ahead of it."""
    target.tiny.add("a1", *TABLE).add("b2", *NOTE)
    target.prove()
    target.apply("a1")
    return target


def test_each_revision_runs_as_its_approval_arrives(gated: Callable[[str], Gated]) -> None:
    production = gated("T2")
    done, waits = watched(
        production, "production", lambda: production.approved("b2"), lambda: production.approved("c3")
    )
    assert [wait.split()[0] for wait in waits] == ["b2", "c3"]
    assert (done.before, done.after, done.waiting) == (("a1",), ("c3",), None)
    assert [(one.revision, one.state) for one in done.receipts] == [("b2", "done"), ("c3", "done")]
    assert production.ledger().count("close") == 2


def test_a_later_approval_holds_nothing_up_before_it(gated: Callable[[str], Gated]) -> None:
    """Where apply alone refuses all, since one of them waits, a watch runs what stands before."""
    production = gated("T0")
    production.approved("b2")
    with pytest.raises(refusals.AwaitsApproval, match="c3"):
        production.apply()
    _, waits = watched(production, "production", lambda: production.approved("c3"))
    assert [wait.split()[0] for wait in waits] == ["c3"]


def test_a_revision_that_comes_and_is_proven_meanwhile(two: Target) -> None:
    two.tiny.add("c3", *INDEX)
    done, [wait] = watched(two, "dev", two.prove)
    assert "c3 is not proven" in wait and done.after == ("c3",)
    assert [one.revision for one in done.receipts] == ["b2", "c3"]


def test_a_lock_that_is_given_back(two: Target) -> None:
    with two.connect() as holder:
        holder.autocommit = False
        holder.execute("LOCK TABLE customers")
        done, [wait] = watched(two, "dev", holder.rollback, policy=replace(QUICK, lock_budget=0.2))
    assert wait.startswith("waiting_for_lock: b2") and done.after == ("b2",) and done.receipts[0].resumed


def test_a_window_that_opens(two: Target) -> None:
    settings = two.tiny.root / "pgwright.toml"
    settings.write_text(SETTINGS + f'window = "{closed()}"\n')
    done, [wait] = watched(two, "dev", lambda: settings.write_text(SETTINGS))
    assert "is closed" in wait and done.after == ("b2",)


def test_a_pause_stands_until_it_is_taken_back(two: Target) -> None:
    """Also one that is asked for while nothing runs: the next round does not take it back, as a person's apply does."""
    two.tiny.add("c3", *INDEX)
    address = address_of(project.find(two.tiny.root).settings, "dev")

    def prove_and_pause() -> None:
        ask(address, "pause", "lunch")
        two.prove()

    done, waits = watched(two, "dev", prove_and_pause, lambda: ask(address, "run"))
    assert "nothing begins on dev, as asked (lunch)" in waits[1] and done.after == ("c3",)


def test_what_no_waiting_mends_ends_it(two: Target) -> None:
    address = address_of(project.find(two.tiny.root).settings, "dev")
    two.tiny.add("c3", *INDEX)

    def give_up() -> None:
        ask(address, "cancel", "wrong day")
        two.prove()

    with pytest.raises(refusals.CalledOff, match="wrong day") as ended:
        watched(two, "dev", give_up)
    assert ended.value.exit_status == 3 and two.value("SELECT version_num FROM alembic_version") == "b2"
    with two.connect() as conn:
        conn.execute("CREATE INDEX by_hand ON customers (mail)")
    with pytest.raises(refusals.Drifted, match="by_hand"):
        watched(two, "dev")


def test_the_team_is_told_once_of_each_wait(two: Target) -> None:
    told, script = two.tiny.root / "told.jsonl", two.tiny.root / "tell.py"
    script.write_text(f"import sys; open({str(told)!r}, 'a').write(sys.stdin.read() + chr(10))")
    (two.tiny.root / "pgwright.toml").write_text(f"{SETTINGS}notify = {json.dumps([sys.executable, str(script)])}\n")
    with two.connect() as holder:
        holder.autocommit = False
        holder.execute("LOCK TABLE customers")
        two.tiny.add("c3", *INDEX)
        watched(two, "dev", holder.rollback, two.prove, policy=replace(QUICK, lock_budget=0.2))
    assert [state for state, _ in notices(told)] == ["PW-RUN-18", "done", "PW-RUN-08", "done"]


def test_what_a_run_writes_itself_is_no_news(two: Target) -> None:
    found = project.find(two.tiny.root)
    before = papers(found)
    two.apply()
    assert papers(found) == before
    (two.tiny.root / "alembic/versions/c3.py").write_text("")
    assert papers(found) != before


@pytest.fixture
def command(two: Target) -> Iterator[subprocess.Popen[str]]:
    """The command itself, which waits for a proof."""
    two.tiny.add("c3", *INDEX)
    arguments = ["apply", "--watch", "--every", "0.1", "--json", "--env", "dev", "-C", str(two.tiny.root)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    running = subprocess.Popen([sys.executable, "-m", "pgwright", *arguments], env=env, stdout=subprocess.PIPE, text=True)
    yield running
    running.kill()
    running.wait()


def test_ctrl_c_ends_the_command_with_what_it_waits_for(two: Target, command: subprocess.Popen[str]) -> None:
    assert command.stdout is not None
    lines = []
    for line in command.stdout:
        lines.append(json.loads(line))
        if lines[-1].get("stage") == "waiting":
            command.send_signal(signal.SIGINT)
    assert command.wait() == 3
    *events, last = lines
    assert {one["format"] for one in events} == {"event/1"} and events[-1]["level"] == "note"
    assert (last["format"], last["after"], last["waiting"]["code"]) == ("run/1", ["b2"], "PW-RUN-08")
    assert [one["revision"] for one in last["receipts"]] == ["b2"]


def test_every_refusal_of_a_run_has_a_code_of_its_own() -> None:
    kinds = [one for one in vars(refusals).values() if isinstance(one, type) and issubclass(one, Refusal)]
    assert len(kinds) > 30 and len({kind.code for kind in kinds}) == len(kinds)
