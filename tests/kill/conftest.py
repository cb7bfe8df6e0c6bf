"""The matrix's own server, the proven project, and one template database per place in the history."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import story
from crash import Crashing
from matrix import Stage

from pgwright import project, verbs
from pgwright.shadow.binaries import find
from pgwright.shadow.server import start
from pgwright.shadow.stage import Options


@pytest.fixture(scope="session")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, proven once."""
    root = tmp_path_factory.mktemp("kill") / "project"
    story.write(root)
    with pytest.MonkeyPatch.context() as only_here:  # what stays set would hide the installed majors from later tests
        only_here.setenv("PGWRIGHT_CACHE", str(root.parent / "cache"))
        proofs = verbs.prove(project.find(root), whole=True, wish=verbs.Wish(options=Options("none")))
    assert {p.verdict for p in proofs} == {"proven"}, [(p.revision, p.reasons) for p in proofs]
    return root


@contextmanager
def staged(root: Path) -> Iterator[Stage]:
    """A server of its own, brought along the history once without a kill. Runs are forked from a process that has
    everything imported: importing is most of what one costs."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pgwright.verbs", "pgwright.verbs.apply"])
    with start(find(), more={"max_connections": "60"}) as server:
        made = Stage(server, root, context)
        made.prepare()
        yield made


@pytest.fixture
def crashing(proven: Path) -> Iterator[tuple[Stage, Crashing]]:
    """A stage whose server may die."""
    with staged(proven) as stage:
        server = Crashing(stage.server)
        yield stage, server
        server.stop()


@pytest.fixture(scope="session")
def stage(proven: Path) -> Iterator[Stage]:
    """The stage of all tests that leave the server alive."""
    with staged(proven) as made:
        yield made
