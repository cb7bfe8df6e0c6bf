"""A database says that it stands at a revision: is that one of ours, and if not, what became of it?

An orphan stamp is a revision id in alembic_version that no file declares. Alembic then says "Can't locate revision", and
the cures that circulate (stamp head, downgrade base) lose schema changes or tables. git knows what happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pgwright.gate.assignment import declares, hash_under
from pgwright.project import History, Project
from pgwright.project.repository import git

State = Literal["known", "behind", "renamed", "deleted", "elsewhere", "unknown"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """One row of alembic_version and what is known about it."""

    revision: str
    state: State
    message: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A commit that has the revision."""

    commit: str
    subject: str
    file: str
    text: str
    is_here: bool  # on this branch


def stamps(project: Project, found: Sequence[str]) -> tuple[Stamp, ...]:
    """The story of each revision that a database says it stands at."""
    history = project.history()
    return tuple(_stamp(project, history, one) for one in found)


def _stamp(project: Project, history: History, name: str) -> Stamp:
    if name in history.by_id:
        if name in history.heads:
            return Stamp(name, "known", f"{name} is the head")
        return Stamp(name, "behind", f"{name} is a revision before the head {', '.join(history.heads)}")
    last = _last_seen(project, name)
    if last is None:
        return Stamp(
            name,
            "unknown",
            f"no file here declares {name}, and no commit of this repository ever did",
            "It was stamped by hand, or the database belongs to another project or to an image built from another branch. "
            "Do not stamp it anew: compare it first (pgwright drift), then write a revision for the difference",
        )
    where = f"{last.commit} ({last.subject})"
    bring = f"git checkout {last.commit} -- {last.file}"
    if not last.is_here:
        message = f"{name} is in commit {where}, which this branch does not have"
        return Stamp(name, "elsewhere", message, f"Merge that commit, or bring the file over: {bring}")
    if other := _renamed(history, last.text, name):
        message = f"{name} was renamed to {other} after it had been applied; the last commit with the old id is {where}"
        return Stamp(name, "renamed", message, f"Give {other} its old id back; every database that has it says {name}")
    message = f"{name} was applied and its file was deleted; the last commit that had it is {where}"
    instead = f"What it made is still in the database. Bring the file back ({bring}), then undo it in a new revision"
    return Stamp(name, "deleted", message, instead)


def _last_seen(project: Project, name: str) -> Seen | None:
    """The newest commit whose tree still declares the id, of this branch if there is one, else of any."""
    repository = project.repository
    if repository is None:
        return None
    folders = [one.as_posix() for one in project.tree.versions if one.is_relative_to(repository)]
    for where in ("HEAD", "--all"):
        told = git(repository, "log", where, f"-S{name}", "--format=%H", "--", *folders) or ""
        for commit in (one for touched in told.split() for one in (touched, f"{touched}^")):
            listed = git(repository, "grep", "-l", "-F", name, commit, "--", *folders) or ""
            for file in (row.partition(":")[2] for row in listed.splitlines()):
                text = git(repository, "show", f"{commit}:{file}") or ""
                if declares(text.encode(), name):
                    shown = git(repository, "log", "-1", "--format=%h %s", commit) or ""
                    return Seen(*shown.strip().partition(" ")[::2], file, text, where == "HEAD")
    return None


def _renamed(history: History, text: str, name: str) -> str | None:
    """The revision of today whose file is the old one but for its id."""
    wanted = hash_under(text.encode(), name)
    return next((one.revision for one in history.revisions if hash_under(one.file.read_bytes(), name) == wanted), None)
