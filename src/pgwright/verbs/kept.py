"""The records that stay in the project: `.pgwright/changes`, `proofs` and `receipts`, one JSON file each."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Literal

from pgwright.project import Project
from pgwright.records import to_json

Kind = Literal["changes", "proofs", "receipts"]


def kept_file(project: Project, kind: Kind, revision: str) -> Path:
    """Where the record of a revision is kept, be it there or not."""
    return project.root / ".pgwright" / kind / f"{_safe(revision)}.json"


def keep(project: Project, kind: Kind, revision: str, record: object) -> Path:
    """Write a record in the place of the one before; a reader sees the old one or the new one, never half of one."""
    path = kept_file(project, kind, revision)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")  # two proofs of one revision may end at the same moment
    draft.write_text(json.dumps(to_json(record), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def _safe(name: str) -> str:
    """A revision id as a file name: ids are the user's text and may hold anything."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name).lstrip(".") or "_"
