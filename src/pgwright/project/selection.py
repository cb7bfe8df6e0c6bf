"""Which revisions a command is about: those new against the main branch, a range, or one by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pgwright.project.found import Project
from pgwright.project.history import History
from pgwright.project.refusals import AmbiguousRevision, UnknownRevision
from pgwright.project.repository import git, merge_base

Why = Literal["added", "changed", "head"]


@dataclass(frozen=True, slots=True)
class Selected:
    """A revision, and why it was selected: not on the main branch, different there, or simply the head."""

    revision: str
    why: Why


def new_against_main(project: Project) -> tuple[Selected, ...]:
    """Revisions whose files the main branch does not have as they are: committed, staged, modified or untracked.

    On the main branch itself that is what is not committed or not pushed. Without git it is the head.
    """
    history = project.history()
    base = merge_base(project.repository, project.settings.main) if project.repository else None
    if project.repository is None or base is None:
        return tuple(Selected(one, "head") for one in history.heads)
    changed = _changed(project.repository, base)
    why: dict[str, Why] = {
        one.revision: changed[one.file.resolve()] for one in history.revisions if one.file.resolve() in changed
    }
    return tuple(Selected(name, why[name]) for name in history.in_order(why))


def _changed(repository: Path, base: str) -> dict[Path, Why]:
    """Files of the work tree that differ from `base`."""
    found: dict[Path, Why] = {}
    listed = git(repository, "diff", "--name-status", "--no-renames", "-z", base, "--") or ""
    words = listed.split("\0")
    for status, name in zip(words[::2], words[1::2], strict=False):
        if status and status != "D":
            found[(repository / name).resolve()] = "added" if status == "A" else "changed"
    untracked = git(repository, "ls-files", "--others", "--exclude-standard", "-z") or ""
    found.update({(repository / name).resolve(): "added" for name in untracked.split("\0") if name})
    return found


def select(history: History, text: str) -> tuple[str, ...]:
    """`REV`, a unique beginning of one, or `A..B` (after A, up to B; nothing before the dots: from the base)."""
    if ".." not in text:
        return _matching(history, text)
    after, _, upto = text.partition("..")
    ends = _matching(history, upto or "heads")
    wanted: set[str] = set().union(*(history.ancestors(one) for one in ends))
    if after and after != "base":
        for one in _matching(history, after):
            wanted -= history.ancestors(one)
    return history.in_order(wanted)


def _matching(history: History, text: str) -> tuple[str, ...]:
    if text in ("head", "heads"):
        return history.heads
    if text in history.by_id:
        return (text,)
    matches = [name for name in history.by_id if name.startswith(text)]
    if len(matches) == 1:
        return (matches[0],)
    if matches:
        raise AmbiguousRevision(name=text, matches=", ".join(matches))
    raise UnknownRevision(name=text, known=f"The heads are {', '.join(history.heads) or 'none'}.")
