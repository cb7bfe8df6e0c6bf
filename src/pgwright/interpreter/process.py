"""The child process and the line-by-line conversation with it. Source: `_envrun/wire.py` holds the other end."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pgwright.interpreter.refusals import ChildDied, ChildSlow, NoPython

ENVRUN = Path(__file__).resolve().parent.parent / "_envrun"
BOOTSTRAP = (
    "import sys,json;m={};s=json.loads(sys.stdin.buffer.readline());"
    "exec(compile(s['carried'],'<pgwright>/carried.py','exec'),m);m['load'](s).main()"
)
TAIL = 6000


class Process:
    """A running child. `ask` sends one request and returns its reply; events in between go to `on_event`."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str], carried: bool) -> None:
        self.stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        argv = [*command, "-c", BOOTSTRAP] if carried else [*command, str(ENVRUN / "__main__.py")]
        try:
            self.child = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.stderr,
                cwd=cwd,
                env={**os.environ, **env},
                bufsize=0,
            )
        except OSError as error:
            self.stderr.close()
            raise NoPython(command=" ".join(command), why=error.strerror or error) from error
        self.hidden: frozenset[str] = frozenset()  # texts that no message may show
        self._pending = b""
        self._selector = selectors.DefaultSelector()
        assert self.child.stdout is not None
        self._selector.register(self.child.stdout, selectors.EVENT_READ)
        if carried:
            sources = {path.stem: path.read_text("utf-8") for path in ENVRUN.glob("*.py")}
            self._send(sources, "start")
        self._receive("start", time.monotonic() + 60, 60)

    def ask(
        self, request: dict[str, Any], timeout: float, on_event: Callable[[dict[str, Any]], Any] | None = None
    ) -> dict[str, Any]:
        """The reply to `request`. Raises ChildDied or ChildSlow; an event is answered with what `on_event` returns."""
        what = str(request["do"])
        self._send(request, what)
        deadline = time.monotonic() + timeout
        while True:
            message = self._receive(what, deadline, timeout)
            if "event" not in message:
                return message
            answer = on_event(message) if on_event else None
            self._send({"go": True, "answer": answer}, what)

    def tail(self, since: int = 0) -> str:
        """The end of what the user's code wrote to its standard output and error, from byte `since` on."""
        size = os.fstat(self.stderr.fileno()).st_size
        start = max(since, size - TAIL)
        return self.cleared(
            os.pread(self.stderr.fileno(), max(0, size - start), start).decode("utf-8", "replace").strip()
        )

    def cleared(self, text: str) -> str:
        """The text without what is hidden."""
        for one in sorted(self.hidden, key=len, reverse=True):
            text = text.replace(one, "***")
        return text

    def written(self) -> int:
        """How many bytes the user's code has written so far."""
        return os.fstat(self.stderr.fileno()).st_size

    def close(self) -> None:
        """Ends the child: by closing its input, and by force when that is not enough."""
        assert self.child.stdin is not None and self.child.stdout is not None
        if self.child.poll() is None:
            try:
                self.child.stdin.close()
                self.child.wait(timeout=5)
            except (OSError, subprocess.TimeoutExpired):
                self.child.kill()
                self.child.wait()
        self._selector.close()
        for stream in (self.child.stdin, self.child.stdout, self.stderr):
            stream.close()

    def _send(self, message: Mapping[str, Any], what: str) -> None:
        assert self.child.stdin is not None
        line = memoryview(json.dumps(message).encode() + b"\n")
        try:
            while line:
                line = line[self.child.stdin.write(line) or 0 :]
        except (BrokenPipeError, ValueError):
            self._died(what)

    def _receive(self, what: str, deadline: float, timeout: float) -> dict[str, Any]:
        assert self.child.stdout is not None
        chunks = [self._pending]
        while b"\n" not in chunks[-1]:
            if not self._selector.select(max(0.0, deadline - time.monotonic())):
                self.child.kill()
                self.child.wait()
                raise ChildSlow(what=what, seconds=f"{timeout:g}", tail=self.tail())
            chunk = os.read(self.child.stdout.fileno(), 1 << 20)
            if not chunk:
                self._died(what)
            chunks.append(chunk)
        line, _, self._pending = b"".join(chunks).partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _died(self, what: str) -> None:
        status = self.child.wait()
        raise ChildDied(what=what, status=status, tail=self.tail())
