"""Which revisions are frozen offline, and how they were sealed then: the main branch has them, or a Receipt says applied.

The lines come out of git, never from the work tree: whoever edits a revision can edit migrations.sum as well. Which commit
counts is git's word too, so CI hands in the base of its own accord; online, the ledger of each environment decides.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pgwright.gate.refusals import NoBase, UnknownCommit
from pgwright.gate.sums import Line, Sums, read_sums, sums_file
from pgwright.project import Project
from pgwright.project.repository import file_at, git, has_commits, merge_base

RECEIPTS = Path(".pgwright/receipts")


@dataclass(frozen=True, slots=True)
class Frozen:
    """The lines that nobody may change, why, and the naming convention that was sealed with them."""

    lines: Mapping[str, Line] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)
    convention: str | None = None  # None: nothing was sealed at the base


def frozen(project: Project, base: str | None = None) -> Frozen:
    """What the merge base with the main branch has sealed, and what committed Receipts name. Outside git: nothing."""
    repository = project.repository
    if repository is None or not has_commits(repository):
        return Frozen()
    commit = _commit(repository, base, project.settings.main)
    sums = _sums_at(project, repository, commit)
    lines = dict(sums.by_revision) if sums else {}
    why = dict.fromkeys(lines, f"it is on the main branch ({commit[:12]})")
    for name, revision, added in _receipts(project, repository, commit):
        then = _sums_at(project, repository, added)
        line = then.by_revision.get(revision) if then else None
        if line is not None and revision not in lines:
            lines[revision], why[revision] = line, f"it was applied ({name})"
    return Frozen(lines, why, sums.convention if sums else None)


def _commit(repository: Path, base: str | None, main: str | None) -> str:
    if base is not None:
        known = git(repository, "rev-parse", "--verify", "-q", f"{base}^{{commit}}")
        if known is None:
            raise UnknownCommit(base=base)
        return known.strip()
    found = merge_base(repository, main)
    if found is None:
        raise NoBase()
    return found


def _sums_at(project: Project, repository: Path, commit: str) -> Sums | None:
    text = file_at(repository, commit, sums_file(project))
    return read_sums(text, f"{commit[:12]}:migrations.sum") if text is not None else None


def _receipts(project: Project, repository: Path, commit: str) -> list[tuple[str, str, str]]:
    """(file, revision, commit that brought it) of every Receipt committed since the base, deleted afterwards or not."""
    folder = (project.root / RECEIPTS).relative_to(repository).as_posix()
    told = git(
        repository, "log", "--diff-filter=A", "--name-only", "--format=commit %H", f"{commit}..HEAD", "--", folder
    )
    found, added = [], ""
    for row in (told or "").splitlines():
        if row.startswith("commit "):
            added = row.removeprefix("commit ")
        elif row:
            text = file_at(repository, added, repository / row)
            found += [(row, revision, added) for revision in _applied(text or "")]
    return found


def _applied(text: str) -> tuple[str, ...]:
    """The revisions that a Receipt says were applied."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError:
        return ()
    named = data.get("revisions", data.get("revision")) if isinstance(data, dict) else None
    listed = named if isinstance(named, list) else [named]
    return tuple(one for one in listed if isinstance(one, str))
