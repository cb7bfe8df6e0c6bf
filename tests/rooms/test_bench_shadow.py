"""The bench of the shadow room notices a build that is slow."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from pgwright.shadow.binaries import find
from pgwright.shadow.server import start

BENCH = Path(__file__).parents[2] / "bench" / "shadow.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_shadow", BENCH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_deliberately_slow_build_fails_it(bench: ModuleType) -> None:
    with start(find()) as server:
        bench.replay(server)
        taken = bench.compare(server, rounds=5, slow=1.0)
    assert all(len(one.wall) == 5 for one in taken.values())
    assert not bench.is_met(bench.ratios(taken))


def test_a_limit_is_kept_only_when_both_are(bench: ModuleType) -> None:
    assert bench.is_met({"pool": 0.1, "template": 0.5})
    assert not bench.is_met({"pool": 0.11, "template": 0.5})
    assert not bench.is_met({"pool": 0.1, "template": 0.51})
