"""What reading costs: `make bench NAME=check ARGS="--project DIR --python PY --revision REV"`.

first    one revision, nothing in the cache, against `alembic upgrade PARENT:REV --sql`
again    the same, unchanged, against `alembic heads`
history  every revision, nothing in the cache, against `alembic upgrade head --sql`, or a plain import of all revision files
         where that command fails

Each run is a process of its own; CPU is user and system time of its whole tree. Runs alternate, ratios are of medians.
`--peers` compares verdicts, not cost: see peers.py. So does `--shadow`, with proofs beside the reading: see proven_cases.py.
Without --project: a generated history of 131 revisions. The project's variables are taken from the environment.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from pgwright.project import Project, find

HERE = Path(__file__).resolve().parent
MUST = {"first": 1.5, "again": 0.5, "history": 2.0}
IMPORT = """
import importlib.util as util, sys
for number, path in enumerate(sys.argv[1:]):
    spec = util.spec_from_file_location("revision_%d" % number, path)
    spec.loader.exec_module(util.module_from_spec(spec))
"""


def cpu(command: list[str], directory: Path, *, expected: tuple[int, ...] = (0,)) -> float:
    """CPU seconds of one process with all that it started."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    null = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=directory, env=environment, stdout=null, stderr=null)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in expected:
        raise SystemExit(f"status {process.returncode}: {' '.join(command[:8])}")
    return usage.ru_utime + usage.ru_stime


def variants(project: Project, arguments: argparse.Namespace) -> dict[str, Callable[[], float]]:
    """What is measured, in the order of a round."""
    where = project.tree.cwd
    alembic = [arguments.python, "-m", "alembic", *(["-c", str(project.tree.ini)] if project.tree.ini else [])]
    ours = [sys.executable, "-m", "pgwright", "check", "-q", "-C", str(arguments.project), "--python", arguments.python]
    ours += ["--tree", arguments.tree] if arguments.tree else []
    revision, parent = _chosen(project, arguments.revision)
    files = [str(one.file) for one in project.history().revisions]

    def check(*more: str, fresh: bool) -> float:
        if fresh:
            shutil.rmtree(project.root / ".pgwright" / "cache" / "check", ignore_errors=True)
        return cpu([*ours, *more], where, expected=(0, 1)) + arguments.slow

    def whole() -> float:
        if arguments.imports:
            return cpu([arguments.python, "-c", IMPORT, *files], where)
        return cpu([*alembic, "upgrade", "heads", "--sql"], where)

    return {
        "alembic upgrade --sql": lambda: cpu([*alembic, "upgrade", f"{parent}:{revision}", "--sql"], where),
        "first": lambda: check(revision, fresh=True),
        "alembic heads": lambda: cpu([*alembic, "heads"], where),
        "again": lambda: check(revision, fresh=False),
        "import of all" if arguments.imports else "alembic upgrade heads --sql": whole,
        "history": lambda: check("--all", fresh=True),
    }


def _chosen(project: Project, named: str | None) -> tuple[str, str]:
    """(revision, parent): the one that is named, or the last with one parent."""
    history = project.history()
    wanted = [one for one in history.revisions if len(one.down) == 1 and named in (None, one.revision)]
    return wanted[-1].revision, wanted[-1].down[0]


def measured(arguments: argparse.Namespace) -> dict[str, list[float]]:
    """Rounds of all variants, in turn; the first round warms bytecode and is not counted."""
    runs = variants(find(arguments.project, tree=arguments.tree), arguments)
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(arguments.rounds + 1):
        once = {name: round(run(), 3) for name, run in runs.items()}
        if number:
            for name, value in once.items():
                taken[name].append(value)
            print(f"round {number}: " + ", ".join(f"{n} {v:.2f} s" for n, v in once.items()), flush=True)
    return taken


def ratios(taken: dict[str, list[float]]) -> dict[str, float]:
    """Medians of all, and of each of ours its ratio to the floor before it."""
    figures = {f"{name} cpu_seconds": round(median(values), 3) for name, values in taken.items()}
    names = list(taken)
    for floor, ours in zip(names[::2], names[1::2], strict=True):
        figures[ours] = round(median(taken[ours]) / median(taken[floor]), 3)
    return figures


def is_met(figures: dict[str, float]) -> bool:
    """Whether every limit is kept."""
    return all(figures[name] <= limit for name, limit in MUST.items())


def main() -> int:
    """Print raw figures and the closing line; 0 when within the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--tree")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--revision", help="the one revision; by default the last")
    parser.add_argument(
        "--imports", action="store_true", help="alembic upgrade head --sql fails: import the files instead"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--peers", action="store_true", help="instead: every peer that pip installs over the labelled cases (peers.py)"
    )
    parser.add_argument("--own", action="store_true", help="with --peers: ourselves alone")
    parser.add_argument(
        "--shadow", action="store_true", help="instead: the labelled cases, each proven and read (proven_cases.py)"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="with --shadow: each Nth case alone")
    parser.add_argument("--tools", type=Path, help="with --peers: an environment that has them installed already")
    parser.add_argument("--slow", type=float, default=0.0, help="add that much to ours: shows that the limits bite")
    arguments = parser.parse_args()
    if arguments.peers:
        import peers

        return peers.main(arguments.tools, only_ours=arguments.own)
    if arguments.shadow:
        import proven_cases

        return proven_cases.main(arguments.every)
    with tempfile.TemporaryDirectory() as folder:
        if arguments.project is None:
            arguments.project = Path(folder)
            subprocess.run(
                [sys.executable, HERE / "generated.py", "131", folder], check=True, stdout=subprocess.DEVNULL
            )
            os.environ.setdefault("DATABASE_URL", "postgresql+psycopg://app:x@db.invalid/app")
        taken = measured(arguments)
    figures = ratios(taken)
    ok = is_met(figures)
    must = {name: f"<= {limit}" for name, limit in MUST.items()}
    print(json.dumps({"bench": "check", "figures": figures, "must": must, "ok": ok}))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
