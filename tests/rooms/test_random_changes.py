"""Random histories through the cycle: proven exactly where the way back was not broken on purpose."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from random_changes import Drawn, History, revision
from tiny_project import Tiny

USUAL, SLOW, LONGEST = 3, 60, 10


@st.composite
def histories(draw: Any) -> list[Drawn]:
    """Some revisions, each possible after those before it."""
    on = History()
    return [revision(draw, on) for _ in range(draw(st.integers(4, LONGEST)))]


def check(history: list[Drawn]) -> None:
    """Prove the whole history at once; every revision gets the verdict that its downgrade deserves."""
    with tempfile.TemporaryDirectory() as folder:
        tiny = Tiny(Path(folder))
        for number, one in enumerate(history):
            tiny.add(f"r{number:02}", one.up, one.down)
        proofs = tiny.prove()
    for proof, one in zip(proofs.values(), history, strict=True):
        wanted = "refuted" if one.broken else "proven"
        assert proof.verdict == wanted, f"{one.up}\n{one.down}\n{proof.reasons}"


def test_proven_exactly_where_the_way_back_is_not_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The same few histories every time; with --slow many, and others each time."""
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path))
    slow = request.config.getoption("--slow")
    run = settings(
        max_examples=SLOW if slow else USUAL,
        derandomize=not slow,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if slow else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    run(given(histories())(check))()
