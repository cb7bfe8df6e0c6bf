"""status: what is new and what is proven, from files alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pgwright.event import OnEvent, silent
from pgwright.project import Project, new_against_main
from pgwright.project.kept import kept_file
from pgwright.shadow.identity import ast_hash


@dataclass(frozen=True, slots=True)
class RevisionStatus:
    """One revision and what is known about its proof."""

    revision: str
    file: str
    why: Literal["added", "changed", "head"]
    verdict: Literal["proven", "refuted", "unproven", "stale", "none"]


@dataclass(frozen=True, slots=True)
class Status:
    """Where the project stands: heads, new revisions, their proofs."""

    heads: tuple[str, ...]
    revisions: int
    new: tuple[RevisionStatus, ...]
    format: str = "status/1"


def status(project: Project, on_event: OnEvent = silent) -> Status:
    """Heads, new revisions and whether each is proven as it stands now; needs no server and imports nothing of theirs."""
    history = project.history()
    new = []
    for one in new_against_main(project):
        written = history.by_id[one.revision]
        new.append(
            RevisionStatus(
                one.revision,
                str(written.file.relative_to(project.root)),
                one.why,
                _verdict(project, one.revision, written.file),
            )
        )
    return Status(history.heads, len(history.revisions), tuple(new))


def _verdict(project: Project, revision: str, file: Path) -> Literal["proven", "refuted", "unproven", "stale", "none"]:
    path = kept_file(project, "proofs", revision)
    if not path.is_file():
        return "none"
    kept = json.loads(path.read_text("utf-8"))
    if (kept.get("identity") or {}).get("ast") != ast_hash(file):
        return "stale"
    return kept["verdict"]  # type: ignore[no-any-return]
