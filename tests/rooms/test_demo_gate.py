"""The demo of the gate tells its story, word for word but for what is drawn or measured anew each time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from accepted import check

ROOT = Path(__file__).parents[2]
PROGRAM = "import demo_gate, pathlib, sys; demo_gate.alone(pathlib.Path(sys.argv[1]) / 'clinic')"
CHANGES = (
    (re.compile(r"\S*/clinic/backend"), "backend"),
    (re.compile(r"cluster(:?) \d{15,}"), r"cluster\1 7300000000000000001"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "2026-01-31T12:00:00Z"),
    (re.compile(r"\b\d{8}_add"), "20260131_add"),
    (re.compile(r"\b(nonce: |production\.)[0-9a-f]+"), r"\g<1>0c0c0c0c"),
    (re.compile(r"(plan:?|proof:|head \d+|declared done|TABLE|branch) (\(?)[0-9a-f]{12,64}"), r"\1 \g<2>4f1c20d9a3b7"),
    (re.compile(r"\d+(\.\d+)? (ms|s)\b"), "100 ms"),
    (re.compile(r"PostgreSQL \d+"), "PostgreSQL X"),
    (re.compile(r"using .*"), "using a server"),
    (re.compile(r"-{3,} +.*|  +sign: .*\n"), ""),
    (re.compile(r"(?<=\S) {2,}"), "  "),
)


def test_the_story_of_the_gate(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "examples"), str(ROOT / "src")]), "NO_COLOR": "1"}
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    told = done.stdout
    for pattern, plain in CHANGES:
        told = pattern.sub(plain, told)
    check("demo/gate.txt", told)
