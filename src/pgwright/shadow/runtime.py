"""The folder of one running server: data, socket, log. It goes with its owner, and a dead owner's is swept by the next.

Whether the owner lives is told by a lock that the kernel drops with the process (flock on `owner`); process number and
start time stand in the same file, for a lock that a forked child of a dead owner still holds.
"""

from __future__ import annotations

import fcntl
import os
import platform
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pgwright.errors import Refusal
from pgwright.shadow import cache
from pgwright.shadow.account import Account, reaches

LINUX = platform.system() == "Linux"
ROOM = 1 << 30  # below this much free memory the data goes to disk
SOCKET_LIMIT = 107  # bytes of sun_path without its closing zero (unix(7))
LONGEST = "/00000000/s/.s.PGSQL.5432"


class NoRuntimeFolder(Refusal):
    """
    No folder was found for a server's data and socket. Tried: {tried}.
    Name one in PGWRIGHT_RUNTIME that is short (the socket's path may have 107 bytes) and writable by you alone.
    """

    code = "PW-SHADOW-06"


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where one server lives. `sockets` and `data` belong to the account it runs as, the rest to us."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "d"

    @property
    def sockets(self) -> Path:
        return self.root / "s"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def shims(self) -> Path:
        return self.root / "shims"


@contextmanager
def claim(account: Account | None) -> Iterator[Runtime]:
    """A new folder, ours until the end of the block; it is removed then, or by the next claim if we are killed."""
    base = _base(account)
    mode = 0o711 if account else 0o700  # the server's user must pass through, and cannot list
    pid = os.getpid()
    with cache.locked(base / "lock"):
        sweep(base)
        root = base / secrets.token_hex(4)
        root.mkdir()
        root.chmod(mode)
        owner = os.open(root / "owner", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(owner, fcntl.LOCK_EX)
        os.write(owner, f"{pid} {_started(pid)} {_namespace()}".encode())
    try:
        runtime = Runtime(root)
        runtime.sockets.mkdir(mode=0o700)
        if account:
            os.chown(runtime.sockets, account.uid, account.gid)
        yield runtime
    finally:
        if os.getpid() == pid:  # a forked child that leaves the block owns nothing
            shutil.rmtree(root, ignore_errors=True)
        os.close(owner)


def sweep(base: Path) -> None:
    """Remove the folders of dead owners, and end a server that outlived one. The caller holds the base's lock."""
    for root in base.iterdir():
        if root.is_dir() and not root.is_symlink() and not _is_owned(root):
            _end_server(root / "d")
            shutil.rmtree(root, ignore_errors=True)


def _base(account: Account | None) -> Path:
    tried = []
    for folder in _candidates():
        base = folder / f"pgwright-{os.geteuid()}"
        tried.append(str(base))
        if len(os.fsencode(f"{base}{LONGEST}")) > SOCKET_LIMIT:
            continue
        try:
            cache.made(base, 0o711 if account else 0o700)
        except OSError:
            continue
        if cache.is_ours(base) and _passes(account, base):
            return base
    raise NoRuntimeFolder(tried=", ".join(tried))


def _candidates() -> Iterator[Path]:
    if given := os.environ.get("PGWRIGHT_RUNTIME"):
        yield Path(given).absolute()
        return
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free >= ROOM:
        yield memory
    yield Path(tempfile.gettempdir())
    yield Path("/tmp")
    yield Path("/var/tmp")


def _passes(account: Account | None, base: Path) -> bool:
    """True when the account can reach a folder below `base` (being allowed to list it is not needed)."""
    return account is None or reaches(account, base, Path("/"))


def _is_owned(root: Path) -> bool:
    try:
        file = os.open(root / "owner", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return not _is_dead(os.read(file, 200).decode().split(" "))
    else:
        return False
    finally:
        os.close(file)


def _is_dead(owner: list[str]) -> bool:
    """True only when certain: the number is one of our own namespace, and free or another process's by now."""
    if len(owner) != 3 or owner[2] != _namespace() or not owner[2]:
        return False
    return _started(int(owner[0])) != owner[1]


def _started(pid: int) -> str:
    """When a process started, in words that are equal only for the same process; empty when there is none."""
    if LINUX:
        with suppress(OSError):
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        return ""
    ran = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return "_".join(ran.stdout.split())


def _namespace() -> str:
    """Process numbers mean something only within one of these; two containers may share /dev/shm."""
    with suppress(OSError):
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    return "" if LINUX else "host"


def _end_server(data: Path) -> None:
    """Where no kernel signal reached it, a server may outlive its owner. It is known by its working directory."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        if Path(f"/proc/{pid}/cwd").readlink() == data:
            os.kill(pid, signal.SIGQUIT)
    except (OSError, ValueError):
        return
