"""Taking seeded rows out again, so that a database is as bare as before: only where that is certain to leave nothing.

Tables and sequences are remembered by oid, since a revision may rename or drop them meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from pgwright.shadow.rows.existing import relation
from pgwright.shadow.rows.insert import sequences
from pgwright.shadow.rows.literal import literal
from pgwright.shadow.rows.table import Table

_TABLES = "SELECT 't', t::oid::bigint, NULL::bigint, false FROM unnest(ARRAY[{}]::regclass[]) AS t"
_SEQUENCES = (
    "SELECT 's', s::oid::bigint, COALESCE(pg_sequence_last_value(s), q.seqstart), pg_sequence_last_value(s) IS NOT NULL"
    " FROM unnest(ARRAY[{}]::regclass[]) AS s JOIN pg_sequence q ON q.seqrelid = s"
)
_LEFT = (
    "SELECT format('DELETE FROM %%s%%s', CASE WHEN relkind = 'r' THEN 'ONLY ' ELSE '' END, oid::regclass)"
    " FROM pg_class WHERE oid = ANY (%s) AND relkind IN ('r', 'p')"
    " UNION ALL SELECT format('SELECT setval(%%s::regclass, %%s, %%L)', v.o, v.n, v.c)"
    " FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[]) AS v(o, n, c) JOIN pg_class ON oid = v.o AND relkind = 'S'"
)


@dataclass(frozen=True, slots=True)
class Removal:
    """What to empty, and what sequences stood at: (oid, value, whether it was given out)."""

    tables: tuple[int, ...]
    sequences: tuple[tuple[int, int, bool], ...]


def removal(conn: psycopg.Connection[tuple[Any, ...]], tables: Sequence[Table]) -> Removal | None:
    """How to undo the filling of these tables; None where one holds rows already, or triggers and rules look on."""
    if any(t.rows or t.demand.relation.triggers or t.demand.relation.rules for t in tables):
        return None
    query = _TABLES.format(",".join(literal(relation(t.name)) for t in tables))
    drawn = [s for t in tables for s in sequences(t)]
    if drawn:
        query += " UNION ALL " + _SEQUENCES.format(",".join(drawn))
    found = conn.execute(query.encode()).fetchall()
    return Removal(
        tuple(oid for kind, oid, _, _ in found if kind == "t"),
        tuple((oid, value, called) for kind, oid, value, called in found if kind == "s"),
    )


def unseed(conn: psycopg.Connection[tuple[Any, ...]], done: Removal) -> None:
    """Empty the tables that are still there, and set their sequences back."""
    oids, values, called = ([s[i] for s in done.sequences] for i in range(3))
    with conn.transaction():
        todo = [r[0] for r in conn.execute(_LEFT.encode(), (list(done.tables), oids, values, called))]
        conn.execute(";\n".join(["SET LOCAL session_replication_role = replica", *todo]).encode())
