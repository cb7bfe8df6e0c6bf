"""What proving costs above plain stepping: `make bench NAME=prove ARGS="--project DIR --python PY"`.

Floor: the same revisions up, down, up through the same interpreter and server, nothing compared. Each variant runs as a
process of its own; CPU is user and system time of its whole tree, the server included (everything is reaped before it
ends). Variants alternate, ratios are of medians. Without --project: a generated history.

`one_revision_seconds` is wall time: `pgwright prove REVISION` with the images on disk (one_revision.py), the median of
several. It means something on two quiet cores only. `--only-walls` measures that alone.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from one_revision import walls

HERE = Path(__file__).resolve().parent
MUST = {"cpu_ratio": 1.3, "cpu_ratio_traced": 2.0, "one_revision_seconds": 1.5}
VARIANTS = ("floor", "none", "traced")


def step_only(project: Path, tree: str | None, python: str | None) -> None:
    """The floor: every revision up, down, up; a failure is rebuilt as a proof would."""
    from pgwright import verbs
    from pgwright.event import silent
    from pgwright.project import find
    from pgwright.shadow.lineage import BARE
    from pgwright.shadow.stage import Options

    wish = verbs.Wish(python=python, options=Options("none", trace=False))
    with verbs.session(find(project, tree=tree), wish, 0, silent, keep=False) as (stage, lineage):
        for revision in lineage.order:
            ok = True
            for direction in ("up", "down", "up"):
                ok = ok and stage.run(BARE, [(direction, revision)])[0].ok  # type: ignore[list-item]
            if ok or revision in stage.heads(BARE):
                lineage.applied.append(revision)
                lineage.at += 1
            else:
                lineage.rebuild([revision])


def proven(project: Path, tree: str | None, python: str | None, rows: str, trace: bool) -> None:
    """Ours, as `pgwright prove --all` runs it."""
    from pgwright import verbs
    from pgwright.project import find
    from pgwright.shadow.stage import Options

    verbs.prove(find(project, tree=tree), whole=True, wish=verbs.Wish(python, None, Options(rows, trace)))  # type: ignore[arg-type]


def one(arguments: argparse.Namespace) -> None:
    """One variant, in this process."""
    where = (arguments.project, arguments.tree, arguments.python)
    if arguments.one == "floor":
        step_only(*where)
    else:
        proven(*where, "none" if arguments.one == "none" else "plain", arguments.one == "traced")


def cpu(variant: str, arguments: argparse.Namespace) -> float:
    """CPU seconds of one run of a variant, its children and server included."""
    command = [sys.executable, __file__, "--one", variant, "--project", str(arguments.project)]
    command += ["--tree", arguments.tree] if arguments.tree else []
    command += ["--python", arguments.python] if arguments.python else []
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, cwd=arguments.project, env=environment, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit(f"{variant} failed with status {status}")
    return usage.ru_utime + usage.ru_stime + arguments.slow * (variant != "floor")


def measured(arguments: argparse.Namespace) -> dict[str, list[float]]:
    """Rounds of all variants, in turn."""
    taken: dict[str, list[float]] = {v: [] for v in VARIANTS}
    for number in range(arguments.rounds):
        for variant in VARIANTS:
            taken[variant].append(round(cpu(variant, arguments), 3))
        print(f"round {number + 1}: " + ", ".join(f"{v} {taken[v][-1]:.2f} s" for v in VARIANTS), flush=True)
    return taken


def main() -> int:
    """Print raw figures and the closing line; 0 when within the limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--tree")
    parser.add_argument("--python")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", default="10,100,400", help="generated histories, when no project is given")
    parser.add_argument("--slow", type=float, default=0.0, help="add that much to ours: shows that the limits bite")
    parser.add_argument("--revision", help="the one whose wall time is measured; by default the head")
    parser.add_argument("--walls", type=int, default=7, help="how often that one is proven")
    parser.add_argument("--only-walls", action="store_true", help="measure that one alone")
    parser.add_argument("--one", choices=VARIANTS)
    arguments = parser.parse_args()
    if arguments.one:
        one(arguments)
        return 0
    figures = {"one_revision_seconds": round(median(walls(arguments)), 3)}
    if not arguments.only_walls:
        figures |= _ratios(arguments)
    must = {name: limit for name, limit in MUST.items() if name in figures}
    ok = all(figures[name] <= limit for name, limit in must.items())
    shown = {name: f"<= {limit}" for name, limit in must.items()}
    print(json.dumps({"bench": "prove", "figures": figures, "must": shown, "ok": ok}))
    return 0 if ok else 1


def _ratios(arguments: argparse.Namespace) -> dict[str, float]:
    figures: dict[str, float] = {}
    taken = measured(arguments) if arguments.project else _growth(arguments, figures)
    figures |= {f"{v}_cpu_seconds": round(median(taken[v]), 3) for v in VARIANTS}
    figures["cpu_ratio"] = round(median(taken["none"]) / median(taken["floor"]), 3)
    figures["cpu_ratio_traced"] = round(median(taken["traced"]) / median(taken["floor"]), 3)
    return figures


def _growth(arguments: argparse.Namespace, figures: dict[str, float]) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {}
    for size in arguments.sizes.split(","):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, HERE / "generated.py", size, folder], check=True, stdout=subprocess.DEVNULL)
            arguments.project = Path(folder)
            os.environ.setdefault("DATABASE_URL", "postgresql+psycopg://app:x@db.invalid/app")
            print(f"{size} revisions", flush=True)
            taken = measured(arguments)
            figures[f"cpu_per_revision_{size}"] = round(median(taken["none"]) / int(size), 4)
    return taken


if __name__ == "__main__":
    sys.exit(main())
