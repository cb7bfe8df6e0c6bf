"""Changes up, down and up again on one warm database, by the SQL that Alembic makes of them: a trip is some milliseconds.

What a revision sends is the SQL of its steps (`design/compiled.py`), so it is sent as it is; that plain Alembic sends the same
is for the cases of `tests/cases`. Captures read only what changed, over a session whose plans are made once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, groupby
from typing import Any

import psycopg
from design_runner import comparable, forgets, owned

from pgwright.design.draft import Draft
from pgwright.design.plan import draft
from pgwright.design.request import from_json
from pgwright.errors import Refusal
from pgwright.schema.catalog import Session, Snapshot, capture, settle
from pgwright.schema.model import Schema
from pgwright.shadow.attic import taken
from pgwright.shadow.server import Server
from pgwright.step import Step

RESET = b"DROP SCHEMA IF EXISTS public, pgwright CASCADE; CREATE SCHEMA public;"
WALKS = 20  # on one database: what is dropped and made again and again swells its catalogs
TABLES = b"""
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
 WHERE relkind = 'r' AND nspname !~ '^pg_|^information_schema$|^pgwright' ORDER BY 1
"""
# What only the server can know to be impossible: no such cast, values that do not fit, a query of what is gone.
IMPOSSIBLE = frozenset({"42846", "22P02", "22001", "22003", "22007", "22008", "42P01", "42703"})
LOOKED_AT = ("still looked at", "view seen depends on")  # what a view reads, only the server knows for certain
_numbers = count(1)


@dataclass
class Ground:
    """A database that is laid out anew for each walk."""

    server: Server
    before: bytes
    name: str = ""
    walks: int = 0
    changes: int = 0  # that went up, down and up again
    revisions: int = 0
    kinds: set[str] = field(default_factory=set)  # of the changes that went there, back and there again
    conn: psycopg.Connection[Any] = field(init=False, repr=False)
    eyes: Session = field(init=False, repr=False)
    seen: Snapshot | None = None
    known: Schema | None = None  # None: something was sent since

    def lay(self) -> None:
        """As every walk begins."""
        if self.walks % WALKS == 0:
            self.clear()
            self.name = f"ground_{next(_numbers)}"
            self.server.create(self.name)
            self.conn, self.eyes = self.server.connect(self.name), settle(self.server.connect(self.name))
        self.walks, self.known = self.walks + 1, None
        self.conn.execute(RESET + self.before)

    def clear(self) -> None:
        """Drop the database."""
        if self.name:
            self.conn.close()
            self.eyes.conn.close()
            self.server.drop(self.name)
        self.name, self.seen = "", None

    def catalog(self) -> Schema:
        """What is there now; read once for each thing that was sent."""
        if self.known is None:
            self.seen = capture(self.eyes, self.seen)
            schema = self.seen.schema
            self.known = Schema(tuple(owned(r) for r in schema.relations), schema.things, schema.version)
        return self.known

    def rows(self) -> list[Any]:
        """Every row of every table, order aside, columns by name."""
        tables = [name for (name,) in self.conn.execute(TABLES)]
        each = (f"SELECT {at} AS t, to_jsonb(r)::text AS v FROM {name} r" for at, name in enumerate(tables))
        text = " UNION ALL ".join(each)
        return [tables, self.conn.execute(f"{text} ORDER BY t, v".encode()).fetchall()] if tables else []

    def change(self, request: dict[str, Any]) -> bool:
        """Take a change there, back and there again. True when the walk may go on. AssertionError is a mismatch."""
        try:
            version = self.conn.info.server_version
            drafts = draft([from_json(request)], self.catalog(), version=version, kept=taken(self.conn))
        except Refusal:
            return True
        try:
            for one in drafts:
                self.trip(one)
        except psycopg.Error as error:
            if error.sqlstate not in IMPOSSIBLE and not any(said in str(error) for said in LOOKED_AT):
                raise
            return False
        self.changes += 1
        self.kinds.add(request["kind"])
        return True

    def trip(self, one: Draft) -> None:
        """One revision up, validated, down to an equal catalog and equal rows, and up again."""
        before, stored = comparable(self.catalog()), [] if forgets(one) else self.rows()
        self._send(one.steps)
        self._validate(one)
        self._send([back for step in reversed(one.steps) for back in step.undo or ()])
        assert comparable(self.catalog()) == before, one.subject
        assert forgets(one) or self.rows() == stored, one.subject
        self._send(one.steps)
        self._validate(one)
        self.revisions += 1

    def _validate(self, one: Draft) -> None:
        counts = [self.conn.execute(query.encode()).fetchone() for query in one.validation]
        assert counts == [(0,)] * len(counts), one.subject

    def _send(self, steps: Sequence[Step]) -> None:
        """Neighbours that may be in a transaction are one, as they are in a revision."""
        self.known = None
        for message in _messages(steps):
            self.conn.execute(message.encode())


def _messages(steps: Iterable[Step]) -> Iterator[str]:
    for together, group in groupby(steps, key=lambda step: step.transactional):
        texts = [step.sql for step in group]
        yield from ["; ".join(texts)] if together else texts


@contextmanager
def ground(server: Server, before: bytes) -> Iterator[Ground]:
    """A ground for the length of the block."""
    made = Ground(server, before)
    try:
        yield made
    finally:
        made.clear()
