"""The bench of the guard fails a build that is slow."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.mark.slow
def test_a_slow_build_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    monkeypatch.delitem(sys.modules, "gate", raising=False)
    import gate

    for name, size in (("VERIFICATIONS", 5), ("STATEMENTS", 200)):
        monkeypatch.setattr(gate, name, size)
    monkeypatch.setattr(gate, "STEPS", gate.STEPS[:20])
    monkeypatch.setattr(sys, "argv", ["gate.py", "--slow", "0.1"])
    assert gate.main() == 1
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["ok"] is False
    assert set(said["must"]) == {"verify_ms", "ddl_ratio", "dml_ratio"}
    assert said["figures"]["verify_ms"] > 10
