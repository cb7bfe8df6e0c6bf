"""A wire that is cut in the middle of a COMMIT: before the server hears it, or after it has obeyed and before we know."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Literal

from unix_door import Door, message, startup

When = Literal["never", "unheard", "unanswered"]


class Wire(Door):
    """A Unix socket that forwards to the server. Only the runner's own session is counted and cut."""

    def __init__(self, folder: Path, server: str, when: When, at: int) -> None:
        self.when, self.at = when, at
        self.commits = 0
        super().__init__(folder, server)

    def forward(self, client: socket.socket, server: socket.socket) -> None:
        """From client to server, message by message; answers flow in a thread of their own until the cut."""
        silent = threading.Event()
        answers = threading.Thread(target=_answers, args=(server, client, silent), daemon=True)
        try:
            first = startup(client)
            counted = b"pgwright run" in first
            server.sendall(first)
            answers.start()
            while True:
                head, body = message(client)
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
