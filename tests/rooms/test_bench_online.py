"""The figures of bench/online.py fail when they are over their limits, and a stall is counted for everybody who waited."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = str(Path(__file__).parents[2] / "bench")


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCH)
    for name in ("measure", "open_loop", "changes", "online"):
        sys.modules.pop(name, None)
    return importlib.import_module("online")


@pytest.mark.parametrize("slow", ["app_errors", "stalls_over_bound", "cpu_pk", "cpu_ctid", "rename_seconds"])
def test_a_slow_build_fails(online: ModuleType, capsys: pytest.CaptureFixture[str], slow: str) -> None:
    good = {name: limit.most for name, limit in online.MUST.items()}
    assert online.report("online", {}, good, online.MUST) == 0
    assert online.report("online", {}, {**good, slow: good[slow] + 0.01}, online.MUST) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["ok"] is False


def test_who_was_due_during_a_stall_is_counted(online: ModuleType) -> None:
    open_loop = importlib.import_module("open_loop")
    load = open_loop.Load(None, "", 1, 1)
    load.samples = [open_loop.Sample(t / 10, max(0.002, 1.0 - t / 10)) for t in range(20)]  # a stall of one second
    assert load.between(0.0, 2.0).over(0.1) == 9 and load.between(1.0, 2.0).over(0.1) == 0


def test_a_line_of_pgbench(online: ModuleType) -> None:
    open_loop = importlib.import_module("open_loop")
    sample = open_loop._sample("0 199 250000 0 1175850568 500000 1000")
    assert (sample.due, sample.took) == (1175850568.25, 0.25)
    assert open_loop._sample("0 199 failed 0 1175850568 500000") is None
