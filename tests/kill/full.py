"""A disk that runs full: a small filesystem of its own, on which databases can lie."""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg import sql

from pgwright.shadow.server import Server

SIZE = "40m"
FILLER = "filler"
LEFT = (0, 16 << 10, 128 << 10)  # bytes: nothing fits any more, or a build and a batch come part of the way


@contextmanager
def small_disk(server: Server) -> Iterator[Path]:
    """The folder of a filesystem of that size, which is also the tablespace `small`. Skips where nothing may be mounted."""
    owner, folder = server.data.stat(), Path(tempfile.mkdtemp(prefix="pgwright-small-"))
    options = f"size={SIZE},mode=0700,uid={owner.st_uid},gid={owner.st_gid}"
    try:
        command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
        if mounted.returncode:
            pytest.skip(f"no filesystem can be mounted here: {mounted.stderr.strip()}")
        try:
            (folder / "space").mkdir()
            os.chown(folder / "space", owner.st_uid, owner.st_gid)
            location = sql.Literal(str(folder / "space"))
            server.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(location))
            yield folder
            server.execute(sql.SQL("DROP TABLESPACE small"))
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        folder.rmdir()


def fill(folder: Path, left: int) -> None:
    """Take all the room but that many bytes."""
    with (folder / FILLER).open("wb", buffering=0) as file:
        free = os.statvfs(folder)
        most = max(0, free.f_bavail * free.f_frsize - left)
        try:
            os.posix_fallocate(file.fileno(), 0, most)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def make_room(folder: Path) -> None:
    """Give it back."""
    (folder / FILLER).unlink(missing_ok=True)
