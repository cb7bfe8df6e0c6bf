"""Who wrote a revision, as git says: none of them approves it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pgwright.gate.approval_refusals import NoAuthor
from pgwright.project import Project
from pgwright.project.repository import git


def author_of(project: Project, revision: str, file: Path, environment: str) -> str:
    """Who wrote the revision: the author of its file's last commit; not committed, whoever git says you are."""
    found = authors_of(project, file)
    if found:
        return found[0]
    mail = git(project.root, "config", "user.email") if project.repository else None
    if not mail or not mail.strip():
        raise NoAuthor(revision=revision, environment=environment)
    return mail.strip()


def authors_of(project: Project, file: Path) -> Sequence[str]:
    """Everybody who committed to the revision's file, the last first. None of them approves it."""
    if project.repository is None or not file.is_file():
        return ()
    told = git(project.repository, "log", "--format=%ae", "--", str(file)) or ""
    return tuple(dict.fromkeys(told.split()))
