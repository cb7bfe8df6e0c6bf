"""What a database holds beside its catalog: which tables have rows, and where its sequences stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from pgwright.schema.model import Relation, Schema

Connection = psycopg.Connection[Any]
MOST = 8 << 20  # bytes of tables that are copied for each revision; above, a new database is cheaper
Mark = tuple[int, int | None]  # rows, and the newest transaction among their writers
Same = dict[str, tuple[Relation, Mark, Mark]]  # tables that hold the same rows: their marks in the source and in the target
NOTHING: Mark = (0, None)
_HELD = """
SELECT true, n.nspname, c.relname, s.size, NULL::bigint
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL (SELECT pg_relation_size(c.oid) OFFSET 0) s (size)
 WHERE c.relkind = 'r' AND c.oid >= 16384 AND s.size > 0
UNION ALL
SELECT false, n.nspname, c.relname, v.last, s.seqstart
  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL (SELECT CASE WHEN c.relkind = 'S' THEN pg_sequence_last_value(s.seqrelid) END) v (last)
 WHERE c.relpersistence <> 't' AND v.last IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Contents:
    """Tables with pages and their marks, the bytes of those with rows, and last value and start of each called sequence."""

    marks: Mapping[str, Mark]
    size: int
    sequences: Mapping[tuple[str, str], tuple[int, int]]


def contents(conn: Connection, schema: Schema, reader: Connection | None = None) -> Contents:
    """What the database holds now. A table without a page is not looked into, nor any where there is too much.

    `reader` is another connection to that database, one that keeps its plans: it is asked for what the catalog knows.
    """
    held = (reader or conn).execute(_HELD).fetchall()
    sized = {f"{space}.{name}": size for is_table, space, name, size, _ in held if is_table}
    called = {(space, name): (last, start) for is_table, space, name, last, start in held if not is_table}
    tables = [r for r in schema.relations if r.qualified in sized]
    if sum(sized.values()) > MOST:
        filled = set(_filled(conn, tables))
        tables = [r for r in tables if r.qualified in filled]
        if (size := sum(sized[table] for table in filled)) > MOST:
            return Contents({}, size, called)
    marks = _marks(conn, tables)
    return Contents(marks, sum(sized[table] for table, (rows, _) in marks.items() if rows), called)


def copied(
    source: Connection,
    target: Connection,
    schema: Schema,
    held: Contents,
    known: Same | None = None,
    reader: Connection | None = None,
) -> Same | None:
    """Give the target's tables the rows that the source holds, and no others; None where they are too many.

    Both have this schema; `reader` is as in `contents`, of the target. The target's sequences are set to the source's.
    What this call returns, `known` to the next one, says which tables held the same rows: those that nobody wrote to
    since are left alone. A write is seen by its transaction's number, a removal by the number of rows. Raises
    psycopg.Error with nothing changed.
    """
    if held.size > MOST:
        return None
    with target.transaction():
        # no trigger, no rule, no foreign key; and an error where a policy would hide rows from this role
        target.execute("SET LOCAL session_replication_role = replica; SET LOCAL row_security = off")
        there, given = contents(target, schema, reader), held.marks
        tables = [r for r in schema.relations if given.get(r.qualified, NOTHING)[0]]
        old = [r for r in schema.relations if there.marks.get(r.qualified, NOTHING)[0]]
        if there.size > MOST:
            return None
        same = {
            t.qualified: (t, given[t.qualified], there.marks[t.qualified])
            for t in tables
            if t.qualified in there.marks
            and known
            and known.get(t.qualified) == (t, given[t.qualified], there.marks[t.qualified])
        }
        if gone := [r for r in old if r.qualified not in same]:
            target.execute(sql.SQL(";").join(sql.SQL("DELETE FROM ONLY {}").format(_name(r)) for r in gone))
        copy = [table for table in tables if table.qualified not in same]
        for table in copy:
            _copy(source, target, table)
        now = _marks(target, copy)
        _set_sequences(target, there, held)
    return same | {t.qualified: (t, given[t.qualified], now[t.qualified]) for t in copy}


def _marks(conn: Connection, tables: Sequence[Relation]) -> dict[str, Mark]:
    """The number of rows of each table, and of the newest transaction that wrote one."""
    if not tables:
        return {}
    looks = (
        sql.SQL("SELECT {}, count(*), max(xmin::text::bigint) FROM ONLY {}").format(sql.Literal(t.qualified), _name(t))
        for t in tables
    )
    return {name: (rows, newest) for name, rows, newest in conn.execute(sql.SQL(" UNION ALL ").join(looks))}


def _copy(source: Connection, target: Connection, table: Relation) -> None:
    names = sql.SQL(", ").join(sql.Identifier(c.name) for c in table.columns if not c.generated)
    whole = {"table": _name(table), "names": names}
    out = sql.SQL("COPY (SELECT {names} FROM ONLY {table}) TO STDOUT").format(**whole)
    into = sql.SQL("COPY {table} ({names}) FROM STDIN").format(**whole)
    with source.cursor().copy(out) as rows, target.cursor().copy(into) as taken:
        for data in rows:
            taken.write(data)


def _set_sequences(conn: Connection, there: Contents, held: Contents) -> None:
    """The target's sequences as the source's: to the same last value, or as if they had not been called."""
    wanted = {name: (start, False) for name, (_, start) in there.sequences.items()}
    wanted |= {name: (last, True) for name, (last, _) in held.sequences.items()}
    same = {name for name, (last, _) in held.sequences.items() if there.sequences.get(name, (None,))[0] == last}
    calls = [
        sql.SQL("SELECT setval({}::regclass, {}, {})").format(sql.Identifier(*name).as_string(conn), value, is_called)
        for name, (value, is_called) in wanted.items()
        if name not in same
    ]
    if calls:
        conn.execute(sql.SQL(";").join(calls))


def _filled(conn: Connection, tables: Sequence[Relation]) -> list[str]:
    if not tables:
        return []
    looks = (sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM ONLY {})").format(sql.Literal(t.qualified), _name(t)) for t in tables)
    return [row[0] for row in conn.execute(sql.SQL(" UNION ALL ").join(looks))]


def _name(table: Relation) -> sql.Identifier:
    return sql.Identifier(table.schema, table.name)
