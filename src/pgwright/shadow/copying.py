"""Copies a data directory as fast as the file system allows: shared blocks, else in the kernel, else by hand."""

from __future__ import annotations

import errno
import fcntl
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pgwright.shadow.account import Account

FICLONE = 0x40049409  # ioctl_ficlone(2); copying becomes instant on XFS, Btrfs and bcachefs
CANNOT = {errno.EXDEV, errno.EOPNOTSUPP, errno.ENOTTY, errno.EINVAL, errno.ENOSYS, errno.EPERM, errno.EBADF}
CHUNK = 1 << 30


class NotPlain(ValueError):
    """The tree holds something that is neither file nor folder: a link out of it would be shared between copies."""


@dataclass(frozen=True, slots=True)
class Size:
    """What was copied; an image that is no longer of its recorded size is broken."""

    files: int
    bytes: int


def copy_tree(source: Path, target: Path, owner: Account | None = None) -> Size:
    """Copy every file and folder, readable by `owner` (or us) alone. `target` must not exist; its parent is ours.

    Links are refused, never followed: the source may have been written by a revision that ran as superuser there.
    """
    files = size = 0
    target.mkdir(mode=0o700)
    for entry in os.scandir(source):
        if entry.is_dir(follow_symlinks=False):
            below = copy_tree(Path(entry.path), target / entry.name, owner)
            files, size = files + below.files, size + below.bytes
        elif entry.is_file(follow_symlinks=False):
            files, size = files + 1, size + _copy_file(entry.path, f"{target}/{entry.name}", owner)
        else:
            raise NotPlain(entry.path)
    if owner:
        os.chown(target, owner.uid, owner.gid)
    return Size(files, size)


def _copy_file(source: str, target: str, owner: Account | None) -> int:
    reads = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        writes = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(reads).st_size
            if size:
                _content(reads, writes, size)
            if owner:
                os.fchown(writes, owner.uid, owner.gid)
            return size
        finally:
            os.close(writes)
    finally:
        os.close(reads)


def _content(reads: int, writes: int, size: int) -> None:
    """Try the fastest way first; a way that the file system does not know is the next one's turn."""
    for way in WAYS:
        try:
            way(reads, writes, size)
        except OSError as error:
            if error.errno not in CANNOT:
                raise
        else:
            return
    raise OSError(errno.ENOTSUP, "no way to copy a file was found")


def _clone(reads: int, writes: int, size: int) -> None:
    fcntl.ioctl(writes, FICLONE, reads)


def _in_kernel(reads: int, writes: int, size: int) -> None:
    at = 0
    while at < size:
        done = os.copy_file_range(reads, writes, min(CHUNK, size - at), at, at)
        if not done:
            raise OSError(errno.EINVAL, "the file became shorter")
        at += done


def _by_sendfile(reads: int, writes: int, size: int) -> None:
    at = 0
    while at < size:
        done = os.sendfile(writes, reads, at, min(CHUNK, size - at))
        if not done:
            raise OSError(errno.EINVAL, "the file became shorter")
        at += done


def _by_hand(reads: int, writes: int, size: int) -> None:
    os.lseek(reads, 0, os.SEEK_SET)
    os.lseek(writes, 0, os.SEEK_SET)
    while data := os.read(reads, 1 << 20):
        while data:
            data = data[os.write(writes, data) :]


WAYS: tuple[Callable[[int, int, int], None], ...] = (
    (_clone, _in_kernel, _by_sendfile, _by_hand) if platform.system() == "Linux" else (_by_hand,)
)
