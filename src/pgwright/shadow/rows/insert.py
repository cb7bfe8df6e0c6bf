"""Rows as INSERT statements, and sequences moved past the keys that were given out."""

from __future__ import annotations

from collections.abc import Sequence

from pgwright.shadow.rows.existing import relation
from pgwright.shadow.rows.literal import literal, name
from pgwright.shadow.rows.table import Row, Table, sequence


def insert(table: Table, rows: Sequence[Row]) -> str:
    """One INSERT for all rows. Identity columns get their values too: two databases are to hold the same bytes."""
    into = relation(table.name)
    if not table.pools:
        return "; ".join(f"INSERT INTO {into} DEFAULT VALUES" for _ in rows)
    columns = ",".join(name(c) for c in table.pools)
    values = ",".join("(" + ",".join(literal(v) for v in row.values()) + ")" for row in rows)
    return f"INSERT INTO {into} ({columns}) OVERRIDING SYSTEM VALUE VALUES {values}"


def advance(table: Table) -> list[str]:
    """For each sequence behind a column: never let it return a key that is in the table."""
    out = []
    for column, pool in table.pools.items():
        source = sequence(pool.wanted)
        if source is None or pool.wanted.type.family != "integer":
            continue
        highest = max((int(row[column] or 0) for row in table.rows if column in row), default=0)
        if highest < 1:
            continue
        owner = f"pg_get_serial_sequence({literal(relation(table.name))}, {literal(column)})"
        found = f"{owner if source == '' else literal(source)}::regclass"
        out.append(
            f"SELECT setval(s, GREATEST({highest}, COALESCE(pg_sequence_last_value(s), 1)))"
            f" FROM (SELECT {found} AS s) AS q WHERE s IS NOT NULL"
        )
    return out
