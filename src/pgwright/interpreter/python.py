"""Which interpreter runs the user's code, and how it was found: said aloud, because it decides what is proven."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pgwright.project import Project


@dataclass(frozen=True, slots=True)
class Python:
    """A command that starts a Python, and the rule that found it."""

    command: tuple[str, ...]
    found_by: str

    @property
    def is_prefix(self) -> bool:
        """True for a command like `docker compose exec -T api python`: our files may not exist where it runs."""
        return len(self.command) > 1


def find(project: Project, given: str | None = None) -> Python:
    """--python, pgwright.toml, $VIRTUAL_ENV, .venv, venv, the project's uv, poetry or pdm, and at last our own."""
    if given:
        return Python(_command(given, Path.cwd()), "--python")
    if project.settings.python:
        return Python(_command(project.settings.python, project.root), "python in " + project.settings.source)
    active = os.environ.get("VIRTUAL_ENV")
    if active and not _is_hooks_own(active) and (python := _in(Path(active))):
        return Python((python,), "$VIRTUAL_ENV")
    for directory in _upwards(project):
        for name in (".venv", "venv"):
            if python := _in(directory / name):
                return Python((python,), str((directory / name).relative_to(project.root.parent)))
    for directory in _upwards(project):
        if found := _from_tool(directory):
            return found
    return Python((sys.executable,), "pgwright's own interpreter")


def _is_hooks_own(active: str) -> bool:
    """True in a pre-commit hook: pre-commit activates the environment that it made for the hook, and says so."""
    return "PRE_COMMIT" in os.environ and Path(active).resolve() == Path(sys.prefix).resolve()


def _command(text: str, base: Path) -> tuple[str, ...]:
    """Split as a shell would; a path relative to the file that names it, or an environment's directory."""
    words = shlex.split(text)
    if len(words) == 1:
        path = base / words[0]
        if path.is_dir() and (inside := _in(path)):
            return (inside,)
        if "/" in words[0]:
            return (str(path),)
    return tuple(words)


def _in(environment: Path) -> str | None:
    python = environment / "bin" / "python"
    return str(python) if python.exists() else None


def _upwards(project: Project) -> Iterator[Path]:
    """The directory that Alembic runs in, then its parents up to the project's root."""
    directory = project.tree.cwd
    yield directory
    while directory != project.root and directory.parent != directory:
        directory = directory.parent
        yield directory


TOOLS = (
    ("uv.lock", ("uv", "python", "find", "--no-python-downloads", "--offline")),
    ("poetry.lock", ("poetry", "env", "info", "-e")),
    ("pdm.lock", ("pdm", "info", "--python")),
)


def _from_tool(directory: Path) -> Python | None:
    """What the tool that owns the lock file says; nothing when it is not installed or has no environment yet."""
    for lock, command in TOOLS:
        if not (directory / lock).exists() or not shutil.which(command[0]):
            continue
        try:
            done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=30, check=False)
        except (OSError, subprocess.TimeoutExpired):
            continue
        python = done.stdout.strip().splitlines()[-1:] or [""]
        if done.returncode == 0 and Path(python[0]).is_file():
            return Python((python[0],), " ".join(command[:3]))
    return None
