"""The cache of `check`: JSON files under .pgwright/cache/check/, each written whole or not at all, all of them deletable."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from pgwright.project import Project

RESULTS = 64  # results kept; the oldest go


def folder(project: Project) -> Path:
    """Where the tree's files are: one folder a tree."""
    name = "".join(c if c.isalnum() or c in "-_." else "_" for c in project.tree.name)
    return project.root / ".pgwright" / "cache" / "check" / name


def kept(where: Path, name: str) -> dict[str, Any]:
    """The content of a file; empty when there is none that can be read."""
    try:
        found = json.loads((where / name).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def put(where: Path, name: str, content: object) -> None:
    """Write a file in one rename. Where nothing can be written, the next run works again."""
    try:
        where.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=where, prefix=".draft-")
        with os.fdopen(handle, "w") as out:
            out.write(json.dumps(content))  # `dump` would write piece by piece, in Python
        Path(draft).replace(where / name)
    except OSError:
        return


def thin(where: Path) -> None:
    """Let the oldest results go."""
    try:
        found = sorted(where.glob("result-*.json"), key=lambda one: one.stat().st_mtime)
        for old in found[:-RESULTS]:
            old.unlink(missing_ok=True)
    except OSError:
        return
