"""Cluster images: cleanly stopped data directories, kept in the cache under a key that says everything they depend on.

An image is a folder `KEY/` with `data/` and `image.json` (its size; its mtime is the last use). It appears whole, by a
rename, or not at all. The least recently used go when all together exceed the limit, never one that a process holds
(flock on `KEY/image.json`).
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent, silent
from pgwright.shadow import cache
from pgwright.shadow.account import Account
from pgwright.shadow.copying import NotPlain, Size, copy_tree

LIMIT = 2 << 30  # bytes of all images together
FULL = {errno.ENOSPC, errno.EDQUOT}
CLEAN = 1  # DB_SHUTDOWNED of pg_control (src/include/catalog/pg_control.h), at the same place since 9.6

_held: dict[Path, int] = {}


class DiskFull(Refusal):
    """
    There is no room for a copy of the cluster image in {folder}: {why}.
    Free some space there, or name another folder in PGWRIGHT_RUNTIME. Nothing was left behind.
    """

    code = "PW-SHADOW-07"


class BrokenImage(Refusal):
    """
    The cluster image {key} is not what was stored: {why}. It has been removed.
    Run the same command again; the image is made anew.
    """

    code = "PW-SHADOW-08"


class NotStopped(Refusal):
    """
    {folder} is not the data directory of a cleanly stopped server, so no image can be made of it: {why}.
    Call Server.stop() first.
    """

    code = "PW-SHADOW-09"


def key(*parts: str | bytes) -> str:
    """One sha256 of everything that the image depends on; no two different lists of parts give the same."""
    seen = sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        seen.update(len(data).to_bytes(8, "big") + data)
    return seen.hexdigest()


def nearest(keys: Sequence[str]) -> tuple[int, Path] | None:
    """The last key that has an image: its index and the data directory, held until it was copied or released."""
    for index in range(len(keys) - 1, -1, -1):
        folder = cache.images() / keys[index]
        if _hold(folder):
            return index, folder / "data"
    return None


def store(data: Path, named: str, on_event: OnEvent = silent, limit: int | None = None) -> bool:
    """Keep a stopped server's data directory as an image. False, with an event, when there is no room or no right to.

    An image that is there already stays as it is: equal keys mean equal content.
    """
    _require_stopped(data)
    folder = cache.images() / named
    if folder.exists():
        return True
    try:
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=cache.made(cache.images())))
    except OSError as error:
        on_event(Event("image", f"the image was not kept: {error.strerror} ({cache.images()})", level="note"))
        return False
    try:
        size = copy_tree(data, draft / "data")
        (draft / "image.json").write_text(json.dumps({"format": "image/1", "files": size.files, "bytes": size.bytes}))
        _publish(draft, folder)
    except (OSError, NotPlain) as error:
        why = f"it holds {error}, which is no plain file" if isinstance(error, NotPlain) else error.strerror
        on_event(Event("image", f"the image was not kept: {why}", level="note"))
        return False
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    evict(LIMIT if limit is None else limit, keep=named)
    return True


def copy(data: Path, target: Path, owner: Account | None) -> None:
    """Copy an image to where a server will run, and release it. Refuses, and leaves nothing, when the disk is full."""
    folder = data.parent
    try:
        size = copy_tree(data, target, owner)
        recorded = _size(folder)
    except (OSError, ValueError) as error:
        shutil.rmtree(target, ignore_errors=True)
        if isinstance(error, OSError) and error.errno in FULL:
            raise DiskFull(folder=target.parent, why=error.strerror) from error
        raise _broken(folder, str(error)) from error
    finally:
        release(data)
    if size != recorded:
        shutil.rmtree(target, ignore_errors=True)
        raise _broken(
            folder, f"{size.files} files of {size.bytes} bytes, recorded {recorded.files} of {recorded.bytes}"
        )


def release(data: Path) -> None:
    """Let an image that `nearest` gave be evicted again."""
    handle = _held.pop(data.parent, None)
    if handle is not None:
        os.close(handle)


def evict(limit: int, keep: str = "") -> int:
    """Remove the least recently used images until all together fit into `limit` bytes; how many went."""
    found = sorted(cache.images().glob("*/image.json"), key=_used)
    sizes = {file: _size(file.parent).bytes for file in found}
    gone, total = 0, sum(sizes.values())
    for file in found:
        if total <= limit:
            break
        if file.parent.name != keep and _removed(file.parent):
            gone, total = gone + 1, total - sizes[file]
    return gone


def clean() -> int:
    """Remove every image that no process is using, and drafts that a killed process left; how many images went."""
    for draft in cache.images().glob(".*-*"):
        shutil.rmtree(draft, ignore_errors=True)
    return evict(-1)


@contextmanager
def building(named: str) -> Iterator[None]:
    """Alone in building this image: a second process waits here, then finds it with `nearest`.

    Without a cache folder that can be written there is nothing to wait for.
    """
    try:
        locks = cache.made(cache.made(cache.images()) / ".locks")
    except OSError:
        yield
        return
    with cache.locked(locks / named[:2]):  # a few hundred files at most, so they need no cleaning
        yield


def _hold(folder: Path) -> bool:
    """Take the image for reading and note its use. False when there is none."""
    if folder in _held:
        return True
    try:
        handle = os.open(folder / "image.json", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(handle), (folder / "image.json").stat()):
            raise FileNotFoundError(folder)  # evicted and made anew between open and lock
        with suppress(OSError):
            os.utime(folder / "image.json")
    except OSError:
        os.close(handle)
        return False
    _held[folder] = handle
    return True


def _removed(folder: Path) -> bool:
    """Take the image away, in one rename, unless somebody holds it."""
    try:
        handle = os.open(folder / "image.json", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        grave = Path(tempfile.mkdtemp(prefix=".gone-", dir=folder.parent))
        folder.rename(grave / "image")
    except OSError:
        return False
    finally:
        os.close(handle)
    shutil.rmtree(grave, ignore_errors=True)
    return True


def _publish(draft: Path, folder: Path) -> None:
    """One rename; when another process was faster its image stays."""
    try:
        draft.rename(folder)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise


def _require_stopped(data: Path) -> None:
    try:
        control = (data / "global" / "pg_control").read_bytes()
    except OSError as error:
        raise NotStopped(folder=data, why=str(error)) from error
    if (data / "postmaster.pid").exists() or struct.unpack_from("=I", control, 16)[0] != CLEAN:
        raise NotStopped(folder=data, why="it runs, or it was not shut down")


def _broken(folder: Path, why: str) -> BrokenImage:
    _removed(folder)
    return BrokenImage(key=folder.name[:12], why=why)


def _size(folder: Path) -> Size:
    try:
        found = json.loads((folder / "image.json").read_text())
        return Size(int(found["files"]), int(found["bytes"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Size(0, 0)


def _used(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
