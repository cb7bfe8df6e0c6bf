"""The kill matrix under a guard: resumed under the same approval, the same state, and a ledger whose chain is whole."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import guarded
import pytest

from pgwright import project, verbs
from pgwright.shadow.binaries import find
from pgwright.shadow.server import start
from pgwright.shadow.stage import Options

A_FEW = 6  # every sixth point, where the whole is not asked for


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[guarded.Guarded]:
    """A server of its own: the guard's roles belong to the cluster."""
    root = tmp_path_factory.mktemp("guarded") / "project"
    guarded.write(root)
    with pytest.MonkeyPatch.context() as only_here:
        only_here.setenv("PGWRIGHT_CACHE", str(root.parent / "cache"))
        proofs = verbs.prove(project.find(root), whole=True, wish=verbs.Wish(options=Options("none")))
    assert {p.verdict for p in proofs} == {"proven"}, [(p.revision, p.reasons) for p in proofs]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pgwright.verbs", "pgwright.verbs.apply"])
    with start(find(), more={"max_connections": "60"}) as server:
        made = guarded.Guarded(server, root, context)
        made.prepare()
        yield made


@pytest.mark.parametrize("how", ["sigkill", "terminate"])
@pytest.mark.parametrize("name", guarded.ORDER[1:])
def test_killed_at_every_point_under_a_guard(
    stage: guarded.Guarded, request: pytest.FixtureRequest, name: str, how: str
) -> None:
    """All points with --slow; else every sixth, other ones for each of the two ways."""
    most = stage.points[name]
    assert most > 8
    first = 1 if how == "sigkill" else 3
    points = range(1, most + 1) if request.config.getoption("--slow") else range(first, most + 1, A_FEW)
    found = (stage.guarded_and_resumed(name, how, at) for at in points)  # type: ignore[arg-type]
    assert [one for one in found if one] == []
