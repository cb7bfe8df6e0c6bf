"""Starts server processes that die with this process, even when it is killed with SIGKILL.

Linux: PR_SET_PDEATHSIG. The kernel ties it to the *thread* that forked, so every fork is made by one thread that lives
as long as the process; a server started from a short-lived worker thread would otherwise die with that worker.
Elsewhere (macOS): a shell that waits for the end of a pipe which only we hold open. The mechanism is tested on Linux,
macOS itself is not.
"""

from __future__ import annotations

import ctypes
import os
import platform
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

LINUX = platform.system() == "Linux"
PR_SET_PDEATHSIG = 1
WATCHDOG = 'read -r _; kill -QUIT "$1" 2>/dev/null'

_threads: dict[int, queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]]] = {}
_starting = threading.Lock()


class Child:
    """A process bound to our life. With `watchdog` by the pipe, else by the kernel."""

    def __init__(self, argv: Sequence[str], *, watchdog: bool = not LINUX, **options: Any) -> None:
        preexec = None if watchdog else _bound(os.getpid())
        self.process: subprocess.Popen[bytes] = _forked(
            lambda: subprocess.Popen(argv, start_new_session=True, preexec_fn=preexec, **options)
        )
        self._watched: tuple[int, subprocess.Popen[bytes]] | None = _watch(self.process.pid) if watchdog else None

    def reap(self) -> None:
        """Forget a process that has ended; the watchdog goes first, for the number may soon be another process's."""
        if self._watched is not None:
            pipe, guard = self._watched
            guard.kill()
            guard.wait()
            os.close(pipe)
            self._watched = None
        self.process.wait()


def _bound(parent: int) -> Callable[[], None]:
    """Runs in the child after the privileges are gone: a change of user would clear the signal."""
    prctl, getppid = ctypes.CDLL(None, use_errno=True).prctl, os.getppid

    def bind() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
        if getppid() != parent:  # we died before the line above
            os._exit(1)

    return bind


def _watch(pid: int) -> tuple[int, subprocess.Popen[bytes]]:
    reads, writes = os.pipe()
    try:
        guard = subprocess.Popen(
            ["/bin/sh", "-c", WATCHDOG, "sh", str(pid)], stdin=reads, start_new_session=True, cwd="/", env={}
        )
    finally:
        os.close(reads)
    return writes, guard


def _forked(make: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """The result of `make`, called on the thread that makes all our processes."""
    with _starting:
        work = _threads.get(os.getpid())
        if work is None:  # first use in this process; a fork copies the dict but not the thread
            work = _threads[os.getpid()] = queue.SimpleQueue()
            threading.Thread(target=_serve, args=(work,), name="pgwright-fork", daemon=True).start()
    done: Future[subprocess.Popen[bytes]] = Future()
    work.put((done, make))
    return done.result()


def _serve(work: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]]) -> None:
    while True:
        done, make = work.get()
        try:
            done.set_result(make())
        except BaseException as error:
            done.set_exception(error)
