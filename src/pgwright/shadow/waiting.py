"""Locks of statements that no event trigger and no transaction can watch: they are made to wait, then read.

CREATE/DROP INDEX CONCURRENTLY, REINDEX, CLUSTER, VACUUM, TRUNCATE in autocommit: a second session holds SHARE UPDATE
EXCLUSIVE on the table, which conflicts with every lock that these forms start with; as soon as the statement waits,
`pg_locks` names what it wants and what it has. Nothing is sampled, so nothing is missed (measured: sampling caught
29 to 98 of 100). What a statement asks for after its first wait (the index itself, at the end) is not seen.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from pgwright.step import Lock

PATIENCE = 20.0  # seconds until a statement that never waits is let go, unobserved
WAITS = "SELECT 1 FROM pg_locks WHERE pid = %s AND locktype = 'relation' AND NOT granted"
TAKEN = """
SELECT n.nspname || '.' || c.relname, l.mode
  FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE l.pid = %s AND l.locktype = 'relation' AND c.oid >= 16384
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
TABLE_OF = """
SELECT coalesce((SELECT indrelid FROM pg_index WHERE indexrelid = r.oid), r.oid)::regclass::text
  FROM (SELECT to_regclass(%s)::oid AS oid) r WHERE r.oid IS NOT NULL
"""


@dataclass(slots=True)
class Waiter:
    """Holds the tables of one statement until it waits, reads its locks, lets it go."""

    connect: Callable[[], psycopg.Connection[Any]]
    seen: list[tuple[str, tuple[Lock, ...]]] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def hold(self, sql: str, pid: int) -> None:
        """Called when backend `pid` is about to send `sql`; returns once the tables are held."""
        names = _relations(sql)
        if not names:
            return
        conn = self.connect()
        tables = [row[0] for name in names for row in conn.execute(TABLE_OF, (name,))]
        if not tables:
            conn.close()
            return
        conn.execute("BEGIN")
        conn.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE UPDATE EXCLUSIVE MODE".encode())
        thread = threading.Thread(target=self._watch, args=(conn, sql, pid), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _watch(self, conn: psycopg.Connection[Any], sql: str, pid: int) -> None:
        deadline = time.monotonic() + PATIENCE
        with conn:
            while time.monotonic() < deadline:
                if conn.execute(WAITS, (pid,)).fetchone():
                    locks = {Lock(relation, mode) for relation, mode in conn.execute(TAKEN, (pid,))}
                    self.seen.append((sql, tuple(sorted(locks))))
                    break
                time.sleep(0.001)  # a poll of the server's own state, not a wait for luck
            conn.execute("ROLLBACK")

    def collect(self) -> list[tuple[str, tuple[Lock, ...]]]:
        """(sql, locks) of every statement seen so far, in order; forgets them."""
        for thread in self._threads:
            thread.join(PATIENCE)
        self._threads.clear()
        found, self.seen = self.seen, []
        return found


def _relations(sql: str) -> list[str]:
    """Quoted names of every relation and index that the statement speaks of."""
    import postgast
    from postgast import pg_query_pb2 as pb

    try:
        tree = postgast.parse(sql)
    except postgast.PgQueryError:
        return []
    names = [[n.schemaname, n.relname] for n in postgast.find_nodes(tree, pb.RangeVar)]
    for drop in postgast.find_nodes(tree, pb.DropStmt):
        names += [[item.string.sval for item in one.list.items] for one in drop.objects]
    return [".".join('"' + part.replace('"', '""') + '"' for part in name if part) for name in names]
