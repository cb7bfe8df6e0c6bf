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
    """The commit that the work tree is compared with: the merge base of HEAD with the main branch."""
    if main:
        candidates: tuple[str, ...] = (f"origin/{main}", main)
    else:
        listed = git(repository, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes/origin") or ""
        there = set(listed.split())
        candidates = tuple(n for n in MAIN if {f"refs/heads/{n}", f"refs/remotes/{n}"} & there)
    for name in candidates:
        base = git(repository, "merge-base", "HEAD", name)
        if base is not None:
            return base.strip()
    return None


def has_commits(repository: Path) -> bool:
    """True when the repository has a first commit."""
    return git(repository, "rev-parse", "--verify", "-q", "HEAD") is not None


def file_at(repository: Path, commit: str, path: Path) -> str | None:
    """The text of a file as it was at `commit`; None when it was not there."""
    return git(repository, "show", f"{commit}:{path.relative_to(repository).as_posix()}")
