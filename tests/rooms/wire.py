"""A Unix socket that forwards to a server until a client has sent so many messages; then every session is lost."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import Literal

How = Literal["cut", "terminated"]
FATAL = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"


class Wire:
    """Forwards; at message `at` (of all sessions together, 0: never) it is cut, or says what pg_terminate_backend says."""

    def __init__(self, folder: Path, server: str, how: How = "cut", at: int = 0) -> None:
        self.folder, self.server, self.how, self.at = folder, server, how, at
        self.seen, self.broken = 0, False
        self._lock, self._ends = threading.Lock(), list[socket.socket]()
        folder.mkdir(exist_ok=True)
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(folder / ".s.PGSQL.5432"))
        self._door.listen(16)
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        (self.folder / ".s.PGSQL.5432").unlink(missing_ok=True)
        with self._lock:
            for end in self._ends:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            if self.broken:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            with self._lock:
                self._ends += [client, server]
            threading.Thread(target=self._forward, args=(client, server), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        try:
            size = _exactly(client, 4)
            server.sendall(size + _exactly(client, struct.unpack("!I", size)[0] - 4))
            threading.Thread(target=_answers, args=(server, client), daemon=True).start()
            while True:
                head = _exactly(client, 5)
                body = _exactly(client, struct.unpack("!I", head[1:])[0] - 4)
                if head[:1] in b"QPCdcf" and self._is_last():
                    if self.how == "terminated":
                        client.sendall(b"E" + struct.pack("!I", len(FATAL) + 4) + FATAL)
                    break
                server.sendall(head + body)
        except (OSError, EOFError):
            pass
        finally:
            broken = self._ends if self.broken else [client, server]
            for end in list(broken):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _is_last(self) -> bool:
        with self._lock:
            self.seen += 1
            self.broken = self.broken or self.seen == self.at
            return self.broken


def _exactly(source: socket.socket, size: int) -> bytes:
    out = b""
    while len(out) < size:
        chunk = source.recv(size - len(out))
        if not chunk:
            raise EOFError
        out += chunk
    return out


def _answers(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while chunk := server.recv(65536):
            client.sendall(chunk)
        client.shutdown(socket.SHUT_RDWR)
