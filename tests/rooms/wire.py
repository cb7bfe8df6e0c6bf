"""A Unix socket that forwards to a server until a client has sent so many messages; then every session is lost."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import Literal

from unix_door import Door, message, startup

How = Literal["cut", "terminated"]
FATAL = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"


class Wire(Door):
    """Forwards; at message `at` (of all sessions together, 0: never) it is cut, or says what pg_terminate_backend says."""

    def __init__(self, folder: Path, server: str, how: How = "cut", at: int = 0) -> None:
        self.how, self.at = how, at
        self.seen, self.broken = 0, False
        self._lock, self._ends = threading.Lock(), list[socket.socket]()
        super().__init__(folder, server)

    def close(self) -> None:
        """No session is left."""
        super().close()
        with self._lock:
            _shut(self._ends)

    def refuses(self) -> bool:
        return self.broken

    def forward(self, client: socket.socket, server: socket.socket) -> None:
        with self._lock:
            self._ends += [client, server]
        try:
            server.sendall(startup(client))
            threading.Thread(target=_answers, args=(server, client), daemon=True).start()
            while True:
                head, body = message(client)
                if head[:1] in b"QPCdcf" and self._is_last():
                    if self.how == "terminated":
                        client.sendall(b"E" + struct.pack("!I", len(FATAL) + 4) + FATAL)
                    break
                server.sendall(head + body)
        except (OSError, EOFError):
            pass
        finally:
            _shut(list(self._ends) if self.broken else [client, server])

    def _is_last(self) -> bool:
        with self._lock:
            self.seen += 1
            self.broken = self.broken or self.seen == self.at
            return self.broken


def _shut(ends: list[socket.socket]) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _answers(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while chunk := server.recv(65536):
            client.sendall(chunk)
        client.shutdown(socket.SHUT_RDWR)
