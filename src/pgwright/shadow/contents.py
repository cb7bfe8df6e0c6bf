"""What a database holds beside its catalog: which tables have rows, and where its sequences stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from pgwright.schema.model import Relation, Schema

Connection = psycopg.Connection[Any]
_SIZED = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND c.oid >= 16384 AND pg_relation_size(c.oid) > 0"""
_CALLED = """
SELECT n.nspname, c.relname, v.last, s.seqstart
  FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL (SELECT CASE WHEN c.relkind = 'S' THEN pg_sequence_last_value(s.seqrelid) END) v (last)
 WHERE c.relpersistence <> 't' AND v.last IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Contents:
    """Tables with rows, and the last value of each sequence that was called."""

    tables: frozenset[str]
    sequences: Mapping[tuple[str, str], int]


def contents(conn: Connection, schema: Schema) -> Contents:
    """What the database holds now. A table without a page is not looked into."""
    sized = {row[0] for row in conn.execute(_SIZED)}
    tables = [r for r in schema.relations if r.qualified in sized]
    return Contents(frozenset(_filled(conn, tables)), _called(conn))


def emptied(conn: Connection, tables: Sequence[Relation], held: Contents) -> bool:
    """Delete every row of the tables and set all sequences back to `held`; True when nothing is left."""
    with conn.transaction():
        conn.execute("SET LOCAL session_replication_role = replica")  # no trigger, no rule, no foreign key
        for table in tables:
            conn.execute(sql.SQL("DELETE FROM {}").format(_name(table)))
        for schema, name, value, start in conn.execute(_CALLED).fetchall():
            before = held.sequences.get((schema, name))
            if before != value:
                named = sql.Identifier(schema, name).as_string(conn)
                conn.execute("SELECT setval(%s::regclass, %s, %s)", (named, before or start, before is not None))
    return not _filled(conn, tables)


def _filled(conn: Connection, tables: Sequence[Relation]) -> list[str]:
    if not tables:
        return []
    looks = (sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(t.qualified), _name(t)) for t in tables)
    return [row[0] for row in conn.execute(sql.SQL(" UNION ALL ").join(looks))]


def _called(conn: Connection) -> dict[tuple[str, str], int]:
    return {(schema, name): value for schema, name, value, _ in conn.execute(_CALLED)}


def _name(table: Relation) -> sql.Identifier:
    return sql.Identifier(table.schema, table.name)
