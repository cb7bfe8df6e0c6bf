"""Whatever ends a run, and wherever: the next one ends where an undisturbed one ends, with every row accounted for.

A round passes every place where a kill could come: each step boundary, inside batches, each COMMIT. `--kills 1000` makes
more rounds, each with other writers and other batches.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import story
from crash import Crashing
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


def test_a_round_is_as_large_as_promised(stage: Stage) -> None:
    assert 2 * (sum(stage.points.values()) + sum(stage.commits.values())) >= A_ROUND, (stage.points, stage.commits)
