"""The rows that tables already hold: in one query, only the columns that keys need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from pgwright.shadow.rows.literal import elements, literal, name
from pgwright.shadow.rows.table import Row, Table

_MOST = 1000  # rows read per table


def relation(qualified: str) -> str:
    """The quoted name of a relation given as `Relation.qualified`."""
    schema, _, table = qualified.partition(".")
    return f"{name(schema)}.{name(table)}"


def read(conn: psycopg.Connection[tuple[Any, ...]], tables: Sequence[Table]) -> None:
    """Put the existing rows of all tables into them. Values of types with deeper arrays inside are skipped."""
    needed = {t.name: _columns(t, tables) for t in tables}
    parts = []
    for t in tables:
        values = ",".join(f"{name(c)}::text" for c in needed[t.name])
        parts.append(f"(SELECT {literal(t.name)}, ARRAY[{values}]::text[]::text FROM {relation(t.name)} LIMIT {_MOST})")
    by_name = {t.name: t for t in tables}
    for found, values in conn.execute(" UNION ALL ".join(parts).encode()) if parts else ():
        columns = needed[found]
        row: Row = dict(zip(columns, elements(values), strict=True)) if columns else {}
        by_name[found].rows.append(row)


def _columns(table: Table, tables: Sequence[Table]) -> list[str]:
    referenced = {c for t in tables for k in t.demand.foreign_keys if k.parent == table.name for c in k.parent_columns}
    unique = {c for u in table.demand.uniques for c in u.columns}
    predicates = {c for u in table.demand.uniques if u.predicate for c in u.predicate.columns}
    wanted = referenced | unique | predicates
    return [c.name for c in table.demand.relation.columns if c.name in wanted]
