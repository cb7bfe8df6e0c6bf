"""Whatever ends a run, and wherever: the next one ends where an undisturbed one ends, with every row accounted for.

A round passes every place where a kill could come: each step boundary, inside batches, each COMMIT. `--kills 1000` makes
more rounds, each with other writers and other batches.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import pytest
import story
from crash import Crashing
from full import LEFT, fill, make_room, small_disk
from matrix import Stage

REVISIONS = story.ORDER[1:]
A_ROUND = 200  # points, at least


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> range:
    """How often to go over all points."""
    return range(max(1, round(request.config.getoption("--kills") / A_ROUND)))


def wrong(rounds: range, most: int, act: Callable[[int, int], str]) -> list[str]:
    """What went wrong, over all points of all rounds."""
    found = (act(at, turn) for turn in rounds for at in range(1, most + 1))
    return [one for one in found if one]


@pytest.mark.parametrize("name", REVISIONS)
@pytest.mark.parametrize("how", ["sigkill", "terminate"])
def test_killed_at_every_point(stage: Stage, rounds: range, name: str, how: str) -> None:
    """The runner by SIGKILL, or its backend by pg_terminate_backend, at every step boundary and inside batches."""
    assert wrong(rounds, stage.points[name], lambda at, turn: stage.killed_and_resumed(name, how, at, turn)) == []


@pytest.mark.parametrize("name", REVISIONS)
@pytest.mark.parametrize("when", ["unheard", "unanswered"])
def test_cut_in_every_commit(stage: Stage, rounds: range, name: str, when: str) -> None:
    """Nobody knows whether a COMMIT arrived whose answer was lost; the journal does."""
    assert wrong(rounds, stage.commits[name], lambda at, turn: stage.cut_and_resumed(name, when, at, turn)) == []


def test_the_server_dies_and_comes_back(crashing: tuple[Stage, Crashing], rounds: range) -> None:
    """The postmaster by SIGKILL, all over the history: what recovery keeps has to agree with the journal."""
    stage, server = crashing
    tried = [(name, at) for name in ("fill", "build", "switch") for at in range(2, stage.points[name], 4)]
    found = [stage.crashed_and_resumed(name, at, server, turn) for turn in rounds for name, at in tried]
    assert [one for one in found if one] == []


def test_the_disk_runs_full_and_has_room_again(stage: Stage, rounds: range) -> None:
    """From one point on nothing fits, or only a little: the run ends in a named state, and the next one where it should."""
    growing = {"fill": 8, "build": 8, "switch": 1}  # behind those points nothing has to grow any more
    tried = [(name, at) for name, most in growing.items() for at in range(1, most + 1, 1 if len(rounds) > 1 else 2)]
    with small_disk(stage.server) as disk:
        found = [
            stage.filled_and_resumed(name, at, disk, left, turn)
            for turn in rounds
            for (name, at), left in zip(tried, cycle(LEFT), strict=False)
        ]
    assert [one for one in found if one] == []
    assert stage.stopped["fill"] > 1 and stage.stopped["build"] > 1, stage.stopped


def test_a_disk_that_is_full_before_the_journal_is_made(stage: Stage) -> None:
    with small_disk(stage.server) as disk, stage.fresh("base", "small") as database:
        stage.fingerprint(database)  # whoever connects first writes a file
        fill(disk, 0)
        told = stage.names()
        assert stage.run(stage.url(database), "start", "finish", 0, told) == 11, told.read_text()
        assert "PW-RUN-37 The disk of dev is full: could not" in told.read_text()
        make_room(disk)
        assert stage.judged(database, "start", "nothing fits") == ""


def test_a_round_is_as_large_as_promised(stage: Stage) -> None:
    assert 2 * (sum(stage.points.values()) + sum(stage.commits.values())) >= A_ROUND, (stage.points, stage.commits)
