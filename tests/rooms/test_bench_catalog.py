"""A figure over its limit fails a benchmark, and so does one that is not there."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = str(Path(__file__).parents[2] / "bench")


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCH)
    sys.modules.pop("measure", None)
    return importlib.import_module("measure")


@pytest.mark.parametrize(("figures", "ok"), [({"f": 0.9}, True), ({"f": 1.0}, True), ({"f": 1.1}, False), ({}, False)])
def test_limits(measure: ModuleType, capsys: pytest.CaptureFixture[str], figures: dict[str, float], ok: bool) -> None:
    status = measure.report("x", {"work": [1.0, 2.0, 3.0]}, figures, {"f": measure.Limit(1.0)})
    *raw, last = capsys.readouterr().out.splitlines()
    assert (status == 0) == ok == json.loads(last)["ok"]
    assert json.loads(last)["must"] == {"f": "<= 1.0"} and "median 2.000 s CPU" in raw[0]


def test_work_of_the_server_is_counted_with_reaped_backends(measure: ModuleType, server, database: str) -> None:
    def heavy() -> None:
        with server.connect(database) as conn:
            conn.execute("SELECT count(md5(g::text)) FROM generate_series(1, 400000) g")

    def light() -> None:
        server.connect(database).close()

    with server.connect() as conn:
        process = measure.postmaster(conn)
    raw = measure.rounds(process, database, {"heavy": heavy, "light": light}, 1)
    assert measure.ratio(raw, "light", "heavy") < 0.9
