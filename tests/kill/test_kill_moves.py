"""Kills in the middle of recipes over two tables: resumed up and back, and no value that was written is lost."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import moves
import pytest

from pgwright import project, verbs
from pgwright.shadow.binaries import find
from pgwright.shadow.server import start
from pgwright.shadow.stage import Options

BACK = "down:r04"  # of split_table, a fill: its middle is tried where the whole is not asked for
NAMES = [pytest.param(name, marks=() if name == "split_table" else pytest.mark.slow) for name in moves.MOVES]


@pytest.fixture(scope="module", params=NAMES)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[moves.Moves]:
    """One recipe's history, proven, and a server with a template for each place in it."""
    root, move = tmp_path_factory.mktemp("moves") / "project", moves.MOVES[request.param]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pgwright.verbs", "pgwright.verbs.apply"])
    with start(find(), more={"max_connections": "60"}) as server:
        drafts = moves.write(root, move, server)
        with pytest.MonkeyPatch.context() as only_here:
            only_here.setenv("PGWRIGHT_CACHE", str(root.parent / "cache"))
            proofs = verbs.prove(project.find(root), whole=True, wish=verbs.Wish(options=Options("none")))
        assert {p.verdict for p in proofs} == {"proven"}, [(p.revision, p.reasons) for p in proofs]
        whole = request.config.getoption("--slow")
        made = moves.Moves(server, root, context, move=move, drafts=drafts, whole=whole)
        made.prepare()
        yield made


def test_every_fill_goes_in_several_batches_up_and_back(stage: moves.Moves) -> None:
    """Nothing runs as one whole, so every place between two batches is one where a kill could come."""
    filled = [name for name, batches in stage.batches.items() if batches > 1]
    there = "r01" if stage.whole else "r03"  # the run that goes over the first fill
    fills = {there, BACK} if stage.move.request["kind"] == "split_table" else set(filled)
    assert fills <= set(filled), stage.batches
    assert bool(filled) == (stage.move.request["kind"] != "partition_table")


def test_killed_at_points_of_the_recipe_up_and_back(stage: moves.Moves) -> None:
    """All points of all revisions with --slow, SIGKILL and a lost backend by turns; else the middle of the way back's fill."""
    points = [(name, at) for name, most in stage.points.items() if name != "start" for at in range(1, most + 1)]
    assert len(points) > 50
    some = points if stage.whole else [(BACK, stage.points[BACK] // 2)]
    found = [stage.moved_and_resumed(name, ("sigkill", "terminate")[n % 2], at) for n, (name, at) in enumerate(some)]
    assert [one for one in found if one] == []
