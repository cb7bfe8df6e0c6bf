"""A Unix socket in front of a server's, for wires that are cut on purpose."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path


class Door:
    """Takes sessions as the server would; a subclass's `forward` carries the messages of each, in a thread of its own."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder, self.server = folder, server
        folder.mkdir(exist_ok=True)
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / ".s.PGSQL.5432"))
        self._door.listen(16)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """No new session gets through."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for the next one
        self._door.close()
        (self.folder / ".s.PGSQL.5432").unlink(missing_ok=True)

    def forward(self, client: socket.socket, server: socket.socket) -> None:
        """Carry one session until it ends."""
        raise NotImplementedError

    def refuses(self) -> bool:
        """Whether a new session is closed at once."""
        return False

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            if self.refuses():
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            threading.Thread(target=self.forward, args=(client, server), daemon=True).start()


def startup(client: socket.socket) -> bytes:
    """The first message of a session, which has no letter."""
    size = _exactly(client, 4)
    return size + _exactly(client, struct.unpack("!I", size)[0] - 4)


def message(client: socket.socket) -> tuple[bytes, bytes]:
    """Head (letter and length) and body of the client's next message. Raises EOFError when it has left."""
    head = _exactly(client, 5)
    return head, _exactly(client, struct.unpack("!I", head[1:])[0] - 4)


def _exactly(source: socket.socket, size: int) -> bytes:
    out = b""
    while len(out) < size:
        chunk = source.recv(size - len(out))
        if not chunk:
            raise EOFError
        out += chunk
    return out
