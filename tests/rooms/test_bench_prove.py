"""The bench of proving notices a build that is slow, and holds exactly the limits that were promised."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench" / "prove.py"


def test_a_deliberately_slow_build_fails_it() -> None:
    command = [sys.executable, str(BENCH), "--sizes", "3", "--rounds", "1", "--walls", "1", "--slow", "1000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 1 and not told["ok"], done.stderr
    assert told["must"] == {"cpu_ratio": "<= 1.3", "cpu_ratio_traced": "<= 2.0", "one_revision_seconds": "<= 1.5"}
    assert told["figures"]["one_revision_seconds"] > 1000
    assert told["figures"]["cpu_ratio"] > 1.3 and told["figures"]["cpu_per_revision_3"] > 300
