"""A wire that is cut in the middle of a COMMIT: before the server hears it, or after it has obeyed and before we know."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import Literal

When = Literal["never", "unheard", "unanswered"]


class Wire:
    """A Unix socket that forwards to the server. Only the runner's own session is counted and cut."""

    def __init__(self, folder: Path, server: str, when: When, at: int) -> None:
        self.folder, self.server, self.when, self.at = folder, server, when, at
        self.commits = 0
        folder.mkdir(exist_ok=True)
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / ".s.PGSQL.5432"))
        self._door.listen(8)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """No new session gets through."""
        self._door.close()
        (self.folder / ".s.PGSQL.5432").unlink(missing_ok=True)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            threading.Thread(target=self._forward, args=(client, server), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        """From client to server, message by message; answers flow in a thread of their own until the cut."""
        silent = threading.Event()
        answers = threading.Thread(target=_answers, args=(server, client, silent), daemon=True)
        try:
            startup = _exactly(client, 4)
            startup += _exactly(client, struct.unpack("!I", startup)[0] - 4)
            counted = b"pgwright run" in startup
            server.sendall(startup)
            answers.start()
            while True:
                head = _exactly(client, 5)
                body = _exactly(client, struct.unpack("!I", head[1:])[0] - 4)
                if counted and head[:1] in b"QP" and b"COMMIT" in body:
                    self.commits += 1
                    if self.commits == self.at and self.when != "never":
                        if self.when == "unanswered":
                            silent.set()
                            server.sendall(head + body)
                            answers.join(10)
                        return
                server.sendall(head + body)
        except (OSError, EOFError):
            return
        finally:
            for end in (client, server):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)  # closing alone does not end it while another thread still reads
                end.close()


def _exactly(source: socket.socket, size: int) -> bytes:
    out = b""
    while len(out) < size:
        chunk = source.recv(size - len(out))
        if not chunk:
            raise EOFError
        out += chunk
    return out


def _answers(server: socket.socket, client: socket.socket, silent: threading.Event) -> None:
    """Until the wire is to be silent: then the next answer is taken and kept."""
    try:
        while chunk := server.recv(65536):
            if silent.is_set():
                return
            client.sendall(chunk)
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
