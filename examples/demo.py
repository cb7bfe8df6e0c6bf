"""The demo: one delegation prompt, from task to Migration Report, by public commands only; then demo_gate.py, demo_online.py.

Works on a copy of examples/clinic in demo-out/clinic, with a git history of its own; nothing else is touched.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import demo_gate

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "demo-out"
PROJECT = OUT / "clinic"
TASK = "tasks/add-notification-preferences.md"


def say(text: str) -> None:
    """One line of the story."""
    from rich.console import Console
    from rich.text import Text

    Console(soft_wrap=True).print(Text(f"\n{text}", style="bold cyan"))
    sys.stdout.flush()


def run(*command: str, project: Path = PROJECT) -> None:
    """Print a command, run it in the project, stop when it fails."""
    say("$ " + " ".join(command))
    program = [sys.executable, "-m", "pgwright", *command[1:]] if command[0] == "pgwright" else list(command)
    done = subprocess.run(program, cwd=project, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def copy(project: Path = PROJECT) -> None:
    """A fresh copy of the example, committed, as a team would have it."""
    if project.exists():
        shutil.rmtree(project)
    shutil.copytree(HERE / "clinic", project, ignore=shutil.ignore_patterns("__pycache__", ".pgwright"))
    git = ["git", "-c", "user.name=demo", "-c", "user.email=demo@example.invalid", "-c", "init.defaultBranch=main"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "the clinic"]):
        subprocess.run([*git, *arguments], cwd=project, check=True)


def main() -> None:
    """Tell the story."""
    copy()
    say("A clinic: SQLAlchemy 2 models, an Alembic history. And a task that somebody delegates:")
    print((PROJECT / TASK).read_text(encoding="utf-8"))
    run("pgwright", "init")
    run("pgwright", "doctor")
    run("pgwright", "plan", TASK)
    run("pgwright", "prove")
    run("pgwright", "status")
    run("pgwright", "report", "-o", "migration-report.md")
    new = subprocess.run(
        ["git", "ls-files", "-o", "--exclude-standard"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.split()
    say(f"The files are in {PROJECT.relative_to(HERE.parent)}/:")
    for name in new:
        print(f"  {name}")
    demo_gate.main(PROJECT, say)
    sys.exit(subprocess.run([sys.executable, str(HERE / "demo_online.py")], check=False).returncode)


if __name__ == "__main__":
    main()
