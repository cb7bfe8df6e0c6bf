"""What of a project decides whether a revision may run: whoever waits for it looks here whether anything changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pgwright.project import Project

OURS = frozenset({"receipts", "heads", "databases", "cache"})  # what a run itself writes
OTHERS = ("pgwright.toml", "pyproject.toml", "migrations.sum", ".git/HEAD", ".git/FETCH_HEAD")

Papers = frozenset[tuple[str, int, int]]


def papers(project: Project) -> Papers:
    """Every revision, proof, approval, seal and setting, by name, time and size; what vanishes meanwhile is left out."""
    found = set()
    for path in _files(project):
        try:
            seen = path.stat()
        except OSError:
            continue
        found.add((str(path), seen.st_mtime_ns, seen.st_size))
    return frozenset(found)


def _files(project: Project) -> Iterator[Path]:
    yield from (project.root / name for name in OTHERS)
    yield from (folder / "migrations.sum" for folder in project.tree.versions)
    for folder in (project.root / ".pgwright", *project.tree.versions):
        for place, inner, names in os.walk(folder):
            inner[:] = [name for name in inner if name not in OURS and name != "__pycache__"]
            yield from (Path(place, name) for name in names if not name.endswith(".tmp"))
