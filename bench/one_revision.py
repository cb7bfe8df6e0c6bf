"""The wall seconds of proving one revision, as a person waits for it: images on disk, rows and trace as by default."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pgwright.project import find

HERE = Path(__file__).resolve().parent
SIZE = "100"  # revisions of the generated history, when no project is given


def walls(arguments: argparse.Namespace) -> list[float]:
    """One run each; the first, which makes the image of the parent and warms bytecode, is not counted."""
    if arguments.project:
        return _walls(arguments.project, arguments)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, HERE / "generated.py", SIZE, folder], check=True, stdout=subprocess.DEVNULL)
        os.environ.setdefault("DATABASE_URL", "postgresql+psycopg://app:x@db.invalid/app")
        return _walls(Path(folder), arguments)


def _walls(project: Path, arguments: argparse.Namespace) -> list[float]:
    revision = arguments.revision or find(project, tree=arguments.tree).history(heads_only=True).heads[0]
    command = [sys.executable, "-m", "pgwright", "prove", revision, "-q"]
    command += ["--tree", arguments.tree] if arguments.tree else []
    command += ["--python", arguments.python] if arguments.python else []
    taken = [_wall(command, project) for _ in range(arguments.walls + 1)][1:]
    print(f"{revision} alone: " + ", ".join(f"{one:.2f} s" for one in taken), flush=True)
    return [one + arguments.slow for one in taken]


def _wall(command: list[str], project: Path) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    null = subprocess.DEVNULL
    began = time.perf_counter()
    status = subprocess.run(command, cwd=project, env=environment, stdout=null, stderr=null, check=False).returncode
    if status not in (0, 1):  # 1: refuted, or a finding
        raise SystemExit(f"status {status}: {' '.join(command)}")
    return round(time.perf_counter() - began, 3)
