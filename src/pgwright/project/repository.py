"""What git says about the project: the commit that the work is compared with, and files as they were there."""

from __future__ import annotations

import subprocess
from pathlib import Path

MAIN = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


def git(repository: Path, *arguments: str) -> str | None:
    """What git says, or None when it fails or is not there."""
    try:
        done = subprocess.run(
            ["git", "-C", str(repository), *arguments],
            capture_output=True,
            text=True,
            check=False,
            errors="surrogateescape",
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def merge_base(repository: Path, main: str | None = None) -> str | None:
    """The commit that the work tree is compared with: the merge base of HEAD with the main branch.

    In the middle of a merge the work tree holds the other side as well: what that side has of the main branch counts.
    """
    if main:
        candidates: tuple[str, ...] = (f"origin/{main}", main)
    else:
        listed = git(repository, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes/origin") or ""
        there = set(listed.split())
        candidates = tuple(n for n in MAIN if {f"refs/heads/{n}", f"refs/remotes/{n}"} & there)
    for name in candidates:
        base = git(repository, "merge-base", "HEAD", name)
        if base is not None:
            return _while_merging(repository, name, base.strip()) or base.strip()
    return None


def _while_merging(repository: Path, main: str, base: str) -> str | None:
    """Where the branch that is being merged left the main branch, when that is ahead of where HEAD left it."""
    if git(repository, "rev-parse", "--verify", "-q", "MERGE_HEAD") is None:
        return None
    other = (git(repository, "merge-base", "MERGE_HEAD", main) or "").strip()
    is_ahead = other and git(repository, "merge-base", "--is-ancestor", base, other) is not None
    return other if is_ahead else None


def has_commits(repository: Path) -> bool:
    """True when the repository has a first commit."""
    return git(repository, "rev-parse", "--verify", "-q", "HEAD") is not None


def file_at(repository: Path, commit: str, path: Path) -> str | None:
    """The text of a file as it was at `commit`; None when it was not there."""
    return git(repository, "show", f"{commit}:{path.relative_to(repository).as_posix()}")
