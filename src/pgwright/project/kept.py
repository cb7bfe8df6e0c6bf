"""The records that stay in the project: `.pgwright/changes`, `proofs`, `receipts` and `backups`, one JSON file each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pgwright.project import Project

if TYPE_CHECKING:
    from pgwright.records import Proof, Receipt  # loaded where a record is read: `check` asks for a name only

Kind = Literal["changes", "proofs", "receipts", "backups"]


def kept_file(project: Project, kind: Kind, revision: str) -> Path:
    """Where the record of a revision is kept, be it there or not."""
    return project.root / ".pgwright" / kind / f"{_safe(revision)}.json"


def keep(project: Project, kind: Kind, revision: str, record: object) -> Path:
    """Write a record in the place of the one before; a reader sees the old one or the new one, never half of one."""
    from pgwright.records import to_json

    path = kept_file(project, kind, revision)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")  # two proofs of one revision may end at the same moment
    draft.write_text(json.dumps(to_json(record), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)
    return path


def kept_proofs(project: Project) -> Iterator[Proof]:
    """Every proof on record, by the names of their files."""
    from pgwright.records import Proof, from_json

    for file in sorted((project.root / ".pgwright" / "proofs").glob("*.json")):
        yield from_json(Proof, json.loads(file.read_text("utf-8")))


def kept_receipts(project: Project) -> Iterator[Receipt]:
    """Every receipt on record, by the names of their files."""
    from pgwright.records import Receipt, from_json

    for file in sorted((project.root / ".pgwright" / "receipts").glob("*.json")):
        plain = json.loads(file.read_text("utf-8"))
        if isinstance(plain, dict) and plain.get("format") == "receipt/1":  # others only name what they applied
            yield from_json(Receipt, plain)


def _safe(name: str) -> str:
    """A revision id as a file name: ids are the user's text and may hold anything."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name).lstrip(".") or "_"
