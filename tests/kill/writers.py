"""The application: writes all the time, and keeps an account of what it wrote in the same transactions."""

from __future__ import annotations

import random
import threading
import time
from types import TracebackType
from typing import Self

import psycopg

LOST = (psycopg.OperationalError, psycopg.InterfaceError)  # the server went, which is not our doing


class Writer:
    """A thread that updates and inserts orders for the length of the block. `errors` are what the application would see."""

    def __init__(self, url: str, seed: int, rows: int, passing: str = "08") -> None:
        self.passing = ("57", "08", passing)  # classes of errors
        self.url, self.random, self.rows = url, random.Random(seed), rows
        self.errors: list[str] = []
        self.written = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join(30)

    def _write(self) -> None:
        while not self._over.is_set():
            try:
                with psycopg.connect(self.url, autocommit=True, prepare_threshold=None) as conn:
                    while not self._over.wait(0.004):
                        self._once(conn)
            except LOST as error:
                if error.sqlstate and error.sqlstate[:2] not in self.passing:
                    self.errors.append(repr(error))
                time.sleep(0.05)
            except psycopg.Error as error:
                self.errors.append(repr(error))

    def _once(self, conn: psycopg.Connection[tuple[object, ...]]) -> None:
        with conn.transaction():
            if self.random.random() < 0.7:
                key = self.random.randint(1, self.rows)
                conn.execute("UPDATE orders SET customer_id = customer_id + 1 WHERE id = %s", (key,))
                conn.execute("INSERT INTO app_log (rows, delta) VALUES (0, 1)")
            else:
                conn.execute("INSERT INTO orders (customer_id, note) VALUES (7, 'x')")
                conn.execute("INSERT INTO app_log (rows, delta) VALUES (1, 7)")
        self.written += 1
