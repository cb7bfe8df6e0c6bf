"""One read-only transaction on somebody's connection, and the catalog queries in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from pgwright.errors import Refusal
from pgwright.schema import assemble
from pgwright.schema.assemble import RelationRows, Row, TypeNames
from pgwright.schema.named_sql import query
from pgwright.schema.snapshot import Known

Connection = psycopg.Connection[Any]

# Deparsers qualify what the path does not find, and write constants as these settings say.
_SETTINGS = {
    "search_path": "pg_catalog, pg_temp", "quote_all_identifiers": "off", "jit": "off", "enable_mergejoin": "off",
    "datestyle": "'ISO, YMD'", "intervalstyle": "postgres", "timezone": "'UTC'", "extra_float_digits": "1",
    "bytea_output": "hex", "xmlbinary": "base64",
}  # fmt: skip
_LOCAL = "; ".join(f"SET LOCAL {name} = {value}" for name, value in _SETTINGS.items())
_BEGIN = f"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; {_LOCAL}; SET LOCAL enable_nestloop = "  # one round trip
_SESSION = "; ".join(f"SET {name} = {value}" for name, value in _SETTINGS.items())


class OpenTransaction(Refusal):
    """
    The catalog cannot be read on a connection whose transaction is {status}.
    Commit or roll back first: markers of changes that may still be undone would be wrong afterwards.
    """

    code = "PW-SCHEMA-01"


@dataclass(frozen=True, slots=True)
class Session:
    """A connection that serves captures alone: its settings and its plans are made once, and nothing is opened.

    For databases in which nobody else changes the schema meanwhile, such as a shadow's: each query is a transaction of
    its own. Planning is more than half of what a capture of a few relations costs, so every plan is generic and kept.
    """

    conn: Connection


def settle(conn: Connection) -> Session:
    """Make an autocommit connection fit for captures, for good."""
    conn.execute(f"{_SESSION}; SET plan_cache_mode = force_generic_plan".encode(), prepare=False)
    conn.prepare_threshold = 0
    return Session(conn)


class Reader:
    """The catalog queries of one capture. `loops` is the join that the planner is left with."""

    def __init__(self, conn: Connection, *, loops: bool) -> None:
        self.version = conn.info.server_version
        self._conn = conn
        self._loops = loops

    def fetch(self, name: str, touched: Collection[int] | None = None) -> list[Row]:
        """The rows of a named query, for all relations or only those touched."""
        [rows] = self._fetch((name,), touched)
        return rows

    def relations(self, touched: Collection[int] | None = None, known: TypeNames | None = None) -> RelationRows:
        """All that is read of relations; names of types in `known` are not asked for again."""
        self._prefer_loops(touched is not None)
        rows = self._fetch(("relations", "columns", "constraints", "indexes", "attachments"), touched)
        types = dict(known or {})
        self._add_type_names({row[3:7] for row in rows[1]} - types.keys(), types)
        relations, columns, constraints, indexes, attachments = rows
        return RelationRows(relations, columns, constraints, indexes, attachments, types)

    def _fetch(self, names: Collection[str], touched: Collection[int] | None) -> list[list[Row]]:
        """All at once where they are many and small: the server is woken once."""
        # as a literal: the server knows that these are oids, while psycopg's choice of a type depends on their size
        given = None if touched is None else {"touched": "{" + ",".join(map(str, touched)) + "}"}
        texts = [query(name, self.version // 10000, touched=touched is not None) for name in names]
        if touched is None or len(names) == 1:
            return [self._cursor().execute(text, given).fetchall() for text in texts]
        with self._conn.pipeline():
            cursors = [self._cursor().execute(text, given) for text in texts]
        return [cursor.fetchall() for cursor in cursors]

    def _cursor(self) -> psycopg.Cursor[Row]:
        return self._conn.cursor(binary=True, row_factory=tuple_row)

    def _add_type_names(self, kinds: set[Row], types: TypeNames) -> None:
        if kinds:
            names = ("types", "typmods", "collations", "storages")
            given = {name: [kind[at] for kind in kinds] for at, name in enumerate(names)}
            text = query("type_names", self.version // 10000)
            types.update((row[:4], row[4:]) for row in self._cursor().execute(text, given))

    def _prefer_loops(self, wanted: bool) -> None:
        """Young catalogs have no statistics: the planner would loop over thousands of rows, or hash for one."""
        if wanted != self._loops:
            local = "LOCAL " if self._conn.info.transaction_status == TransactionStatus.INTRANS else ""
            self._conn.execute(f"SET {local}enable_nestloop = {'on' if wanted else 'off'}".encode(), prepare=False)
            self._loops = wanted

    def things(self, groups: str) -> Known:
        """All other objects of some groups, with the names inside them."""
        return {
            (row[0], row[1]): (assemble.thing(row), dict(part.split("=", 1) for part in row[-1] or ()))
            for row in self.fetch(groups)
        }


@contextmanager
def reading(conn: Connection | Session, *, few: bool) -> Iterator[Reader]:
    """A reader, for `few` relations or all; a plain connection's transaction is over afterwards, its settings as before."""
    if isinstance(conn, Session):
        yield Reader(conn.conn, loops=True)
        return
    if conn.info.transaction_status != TransactionStatus.IDLE:
        raise OpenTransaction(status=conn.info.transaction_status.name)
    autocommit = conn.autocommit
    if not autocommit:
        conn.autocommit = True  # psycopg adds no BEGIN of its own
    try:
        conn.execute((_BEGIN + ("on" if few else "off")).encode(), prepare=False)
        try:
            yield Reader(conn, loops=few)
        except BaseException:
            conn.execute("ROLLBACK")
            raise
        conn.execute("COMMIT")  # not ROLLBACK: psycopg would throw its prepared statements away
    finally:
        if not autocommit and not conn.closed:
            conn.autocommit = False
