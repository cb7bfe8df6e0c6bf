"""One read-only transaction on somebody's connection, and the catalog queries in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row

from pgwright.errors import Refusal
from pgwright.schema import assemble
from pgwright.schema.assemble import RelationRows, Row
from pgwright.schema.named_sql import query
from pgwright.schema.snapshot import Known

Connection = psycopg.Connection[Any]

# One round trip. Deparsers qualify what the path does not find, and write constants as these settings say.
_BEGIN = """\
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL quote_all_identifiers = off; SET LOCAL jit = off;
SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off;
SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = postgres; SET LOCAL timezone = 'UTC';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = hex; SET LOCAL xmlbinary = base64"""


class OpenTransaction(Refusal):
    """
    The catalog cannot be read on a connection whose transaction is {status}.
    Commit or roll back first: markers of changes that may still be undone would be wrong afterwards.
    """

    code = "PW-SCHEMA-01"


class Reader:
    """The catalog queries of one transaction."""

    def __init__(self, cursor: psycopg.Cursor[Row], version: int) -> None:
        self.version = version
        self._cursor = cursor
        self._loops = False

    def fetch(self, name: str, touched: Collection[int] | None = None) -> list[Row]:
        """The rows of a named query, for all relations or only those touched."""
        text = query(name, self.version // 10000, touched=touched is not None)
        return self._cursor.execute(text, None if touched is None else {"touched": list(touched)}).fetchall()

    def relations(self, touched: Collection[int] | None = None) -> RelationRows:
        """All that is read of relations."""
        self._prefer_loops(touched is not None)
        relations, columns = self.fetch("relations", touched), self.fetch("columns", touched)
        types = self._type_names({row[3:7] for row in columns})
        rest = (self.fetch(name, touched) for name in ("constraints", "indexes", "attachments"))
        return RelationRows(relations, columns, types, *rest)

    def _type_names(self, kinds: set[Row]) -> list[Row]:
        names = ("types", "typmods", "collations", "storages")
        given = {name: [kind[at] for kind in kinds] for at, name in enumerate(names)}
        return self._cursor.execute(query("type_names", self.version // 10000), given).fetchall()

    def _prefer_loops(self, wanted: bool) -> None:
        """Young catalogs have no statistics: the planner would loop over thousands of rows, or hash for one."""
        if wanted != self._loops:
            self._cursor.execute("SET LOCAL enable_nestloop = on" if wanted else "SET LOCAL enable_nestloop = off")
            self._loops = wanted

    def things(self, groups: str) -> Known:
        """All other objects of some groups, with the names inside them."""
        return {
            (row[0], row[1]): (assemble.thing(row), dict(part.split("=", 1) for part in row[-1] or ()))
            for row in self.fetch(groups)
        }


@contextmanager
def reading(conn: Connection) -> Iterator[Reader]:
    """A reader whose transaction is over afterwards; the session's settings return to what they were."""
    if conn.info.transaction_status != TransactionStatus.IDLE:
        raise OpenTransaction(status=conn.info.transaction_status.name)
    autocommit = conn.autocommit
    if not autocommit:
        conn.autocommit = True  # psycopg adds no BEGIN of its own
    try:
        conn.execute(_BEGIN)
        try:
            with conn.cursor(binary=True, row_factory=tuple_row) as cursor:
                yield Reader(cursor, conn.info.server_version)
        except BaseException:
            conn.execute("ROLLBACK")
            raise
        conn.execute("COMMIT")  # not ROLLBACK: psycopg would throw its prepared statements away
    finally:
        if not autocommit and not conn.closed:
            conn.autocommit = False
