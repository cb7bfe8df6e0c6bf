"""A pool of databases cloned ahead: taking one is a rename of some milliseconds, whatever the schema's size."""

from __future__ import annotations

import queue
import threading
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

import psycopg

from pgwright.errors import Refusal


class Cluster(Protocol):
    """What a pool needs of a server, ours or a user's."""

    def create(self, name: str, template: str | None = None) -> None: ...
    def drop(self, name: str) -> None: ...
    def rename(self, name: str, new: str) -> None: ...
    def name(self, wanted: str) -> str: ...


class Pool:
    """Clones of one template, made and dropped by a thread of its own. `take` never waits for it: it clones itself.

    The template must not change while the pool is open, and nobody may stay connected to it.
    """

    def __init__(self, server: Cluster, template: str, *, size: int = 3) -> None:
        """Start cloning at once: `size` clones are kept ready."""
        self._server, self._template = server, template
        self._ready: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._work: queue.SimpleQueue[tuple[str, str] | None] = queue.SimpleQueue()
        self._made = 0
        self._failed: Exception | None = None
        self._told = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="pgwright-pool", daemon=True)
        self._thread.start()
        for _ in range(size):
            self._clone()

    def take(self, name: str) -> str:
        """A fresh copy of the template under that name."""
        try:
            found = self._ready.get_nowait()
        except queue.Empty:
            self._server.create(name, self._template)
            return name
        self._server.rename(found, name)
        self._clone()
        return name

    def drop(self, name: str) -> None:
        """Have a database dropped soon."""
        self._work.put(("drop", name))

    def settle(self) -> None:
        """Wait until everything asked for so far is done. Raises what went wrong in the thread."""
        self._told.clear()
        self._work.put(("tell", ""))
        self._told.wait()
        if self._failed is not None:
            raise self._failed

    def close(self) -> None:
        """Finish what was asked for and drop the clones that nobody took."""
        self._work.put(None)
        self._thread.join()
        while not self._ready.empty():
            self._drop(self._ready.get_nowait())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _clone(self) -> None:
        self._made += 1
        self._work.put(("clone", self._server.name(f"pool_{self._template}_{self._made}"[:63])))

    def _keep(self) -> None:
        while (job := self._work.get()) is not None:
            what, name = job
            if what == "tell":
                self._told.set()
                continue
            try:
                self._do(what, name)
            except (psycopg.Error, Refusal) as error:
                self._failed = error  # take() clones by itself then, and meets the same error where it can be told

    def _do(self, what: str, name: str) -> None:
        if what == "drop":
            self._server.drop(name)
        else:
            self._server.create(name, self._template)
            self._ready.put(name)

    def _drop(self, name: str) -> None:
        with suppress(psycopg.Error, Refusal):  # a server that died took them along
            self._server.drop(name)
