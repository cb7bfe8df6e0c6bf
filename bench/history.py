"""What does a clean `pgwright history verify` cost? CPU of the whole command, its git processes included.

    verify_cpu_ms   131 sealed revisions, nothing changed       must be <= 300

Beside it, in the same rounds: `alembic heads` on the same project, and an interpreter that only imports click.
`--project DIR` measures another project instead of the generated one: a sealed work tree of git.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

REVISIONS = 131
MUST = {"verify_cpu_ms": 300.0}
IDENTITY = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid", "-c", "commit.gpgsign=false")


def generated(folder: Path) -> Path:
    """A project of 131 revisions, sealed and committed."""
    script = Path(__file__).with_name("generated.py")
    subprocess.run([sys.executable, script, str(REVISIONS), folder], check=True, stdout=sys.stderr)
    (folder / ".gitignore").write_text("__pycache__/\n.pgwright/\n")
    (folder / "pgwright.toml").write_text('[env]\nDATABASE_URL = "postgresql+psycopg://app:x@db.invalid/app"\n')
    for command in (
        ["git", "-C", folder, "init", "-q", "-b", "main"],
        [sys.executable, "-m", "pgwright", "-C", folder, "-q", "history", "seal"],
    ):
        subprocess.run(command, check=True, stdout=sys.stderr)
        subprocess.run(["git", "-C", folder, "add", "-A"], check=True)
        subprocess.run(["git", "-C", folder, *IDENTITY, "commit", "-qm", "sealed", "--allow-empty"], check=True)
    return folder


def milliseconds(command: list[str], folder: Path) -> float:
    """CPU of a command and of everything that it starts. Raises CalledProcessError when it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "DATABASE_URL": "postgresql+psycopg://app:x@db.invalid/app"}
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


def main() -> int:
    """Measure, print every round and the last line of JSON; 0 when the limit holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--project", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.project or generated(Path(scratch) / "project")
        contenders = {
            "verify": [sys.executable, "-m", "pgwright", "history", "verify", "--json"],
            "alembic_heads": [sys.executable, "-m", "alembic", "heads"],
            "click": [sys.executable, "-c", "import click"],
        }
        taken: dict[str, list[float]] = {name: [] for name in contenders}
        for number in range(given.rounds + 1):
            for name, command in contenders.items():
                spent = milliseconds(command, folder)
                if number:  # the first writes bytecode
                    taken[name].append(spent)
    for name, values in taken.items():
        print(f"{name:<14} " + " ".join(f"{one:.0f}" for one in values), file=sys.stderr)
    figures = {f"{name}_cpu_ms": round(statistics.median(values), 1) for name, values in taken.items()}
    holds = all(figures[name] <= most for name, most in MUST.items())
    must = {name: f"<= {most:g}" for name, most in MUST.items()}
    print(json.dumps({"bench": "history", "figures": figures, "must": must, "ok": holds}))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
