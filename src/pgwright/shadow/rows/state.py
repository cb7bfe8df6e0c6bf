"""What rows tables hold, read in one round trip: every value as text, columns by name."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import psycopg

from pgwright.schema.model import Column, Relation, Schema
from pgwright.shadow.rows.existing import relation
from pgwright.shadow.rows.literal import literal, name

_MOST = 10_000  # rows of a table that are read; a larger one is summed up on the server
_VOLATILE = re.compile(
    r"\b(now|nextval|\w*random\w*|uuid\w*|clock_timestamp|\w+_timestamp|timeofday|txid_current)\(", re.I
)
_KEYWORDS = re.compile(r"\b(CURRENT_(TIMESTAMP|DATE|TIME)|LOCALTIME(STAMP)?)\b", re.I)
_NAMELESS = re.compile(r"timestamp|uuid")


@dataclass(frozen=True, slots=True)
class TableState:
    """Rows of one table. `rows` are array texts in the order of `columns`; a large table has `sums` instead."""

    table: str
    columns: tuple[str, ...]  # in name order
    key: tuple[str, ...]
    volatile: frozenset[str]  # columns whose default differs from one run to the next
    nameless: frozenset[str]  # columns that say nothing of a row but when it was made and by which random id
    count: int
    rows: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()  # per column, whatever the order of rows
    documents: frozenset[str] = frozenset()  # of JSON: equal values may be spelled otherwise


@dataclass(frozen=True, slots=True)
class RowState:
    """The rows of some tables at one moment."""

    tables: tuple[TableState, ...] = ()

    def table(self, qualified: str) -> TableState | None:
        """The state of one table, or None when it was not read."""
        return next((t for t in self.tables if t.table == qualified), None)


def row_state(conn: psycopg.Connection[tuple[Any, ...]], schema: Schema, tables: Collection[str]) -> RowState:
    """The rows of those of `tables` that exist, in one query; one more for each table above 10,000 rows."""
    found = [r for t in sorted(set(tables)) if (r := schema.relation(t)) and r.kind in ("table", "partitioned table")]
    rows: dict[str, list[str]] = {r.qualified: [] for r in found}
    query = " UNION ALL ".join(_rows(r) for r in found)
    for table, values in conn.execute(query.encode()) if found else ():
        rows[table].append(values)
    return RowState(tuple(_state(conn, r, rows[r.qualified]) for r in found))


def _columns(r: Relation) -> tuple[Column, ...]:
    return tuple(sorted(r.columns, key=lambda c: c.name))


def _source(r: Relation) -> str:
    return relation(r.qualified) if r.kind == "partitioned table" else f"ONLY {relation(r.qualified)}"


def _rows(r: Relation) -> str:
    values = ",".join(f"{name(c.name)}::text" for c in _columns(r))
    return f"(SELECT {literal(r.qualified)}, ARRAY[{values}]::text[]::text FROM {_source(r)} LIMIT {_MOST + 1})"


def _state(conn: psycopg.Connection[tuple[Any, ...]], r: Relation, rows: list[str]) -> TableState:
    columns = _columns(r)
    names = tuple(c.name for c in columns)
    volatile = frozenset(c.name for c in columns if _is_volatile(c))
    referring = {c for k in r.constraints if k.kind == "foreign key" for c in k.columns}
    nameless = (volatile | {c.name for c in columns if _NAMELESS.match(c.type)}) - referring
    known = (r.qualified, names, r.primary_key, volatile, nameless)
    if len(rows) <= _MOST:
        documents = frozenset(c.name for c in columns if c.type in ("json", "jsonb"))
        return TableState(*known, len(rows), tuple(sorted(rows)), documents=documents)
    count, *sums = conn.execute(_sums(r).encode()).fetchone() or (0,)
    return TableState(*known, count, sums=tuple(sums))


def _sums(r: Relation) -> str:
    """Per column the sum of hashes of (key, value): it tells that something changed, not in which row."""
    key = " || ".join(f"COALESCE({name(c)}::text, '')" for c in r.primary_key) or "''"
    sums = "".join(
        f", sum(('x' || left(md5({key} || '=' || COALESCE({name(c.name)}::text, '-')), 15))::bit(60)::bigint)::text"
        for c in _columns(r)
    )
    return f"SELECT count(*){sums} FROM {_source(r)}"


def _is_volatile(column: Column) -> bool:
    if column.identity:
        return True
    default = column.default or ""
    return bool(default) and not column.generated and bool(_VOLATILE.search(default) or _KEYWORDS.search(default))
