"""Where pgwright keeps what it can make again: installed servers and images. All of it may be deleted at any time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def home() -> Path:
    """$PGWRIGHT_CACHE, else $XDG_CACHE_HOME/pgwright, else ~/.cache/pgwright."""
    if given := os.environ.get("PGWRIGHT_CACHE"):
        return Path(given).expanduser()
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "pgwright"
    return Path.home() / ".cache" / "pgwright"


def servers() -> Path:
    """The folder of installed servers, one folder per version."""
    return home() / "pg"


def images() -> Path:
    """The folder of cluster images."""
    return home() / "images"


def made(folder: Path, mode: int = 0o700) -> Path:
    """The folder, made with that mode where it is missing. The mode of one that exists is never touched."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        return folder
    folder.chmod(mode)  # mkdir obeys the umask, which may be stricter
    return folder


def is_ours(folder: Path) -> bool:
    """True when nobody but us can have put anything there: a real directory, owned by us, writable by us alone."""
    found = folder.lstat()
    real = not folder.is_symlink() and folder.is_dir()
    return real and found.st_uid == os.geteuid() and not found.st_mode & 0o022


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Alone among all processes that lock this file. The kernel lets go when the holder dies."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
