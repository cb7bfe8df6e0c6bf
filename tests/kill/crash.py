"""The whole server dies: every process at once, as SIGKILL of the postmaster does; then it recovers by itself."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psycopg

from pgwright.shadow.server import Server


class Crashing:
    """The server of a stage, which can be killed and started again on the same data."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.pid = server.pid
        self.command = Path(f"/proc/{server.pid}/cmdline").read_text().rstrip("\0").split("\0")
        self.started: subprocess.Popen[bytes] | None = None

    def restart(self) -> None:
        """Start again once the last of the old processes has gone: until then the data directory is in use."""
        owner = self.server.data.stat()
        (self.started or self.server._child.process).wait()  # one that is not reaped still counts as running
        deadline = time.monotonic() + 60
        while True:
            self.started = subprocess.Popen(
                self.command, user=owner.st_uid, group=owner.st_gid, cwd="/", env=self.server.env,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            if self._is_ready(deadline):
                self.pid = self.started.pid
                self.server._idle.clear()  # sessions of the server that died
                return
            if time.monotonic() > deadline:
                raise TimeoutError("the server did not come back")

    def stop(self) -> None:
        """End what we started."""
        if self.started is not None and self.started.poll() is None:
            self.started.kill()
            self.started.wait()

    def _is_ready(self, deadline: float) -> bool:
        """False when this attempt ended: somebody still holds the shared memory."""
        assert self.started is not None
        while self.started.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(host=self.server.host, port=self.server.port, user="postgres", dbname="postgres").close()
                return True
            except psycopg.OperationalError:
                time.sleep(0.02)
        return False

