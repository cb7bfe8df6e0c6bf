"""Whether the release that runs now, and the next one, work in each phase of a change.

A release is known by its models: the columns that it reads and writes. For every table that a revision changes, and every
table that was filled for it, both releases read all their columns, insert a row, update and delete one, on a copy of the
database before the revision and on one after it. A release that worked before and does not work any more is what a rolling
deployment would have met. Going down ends in the parent's state, which was tried as such: its row stands for the way back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from psycopg import sql

from pgwright.interpreter import ModelClass, Revision
from pgwright.project.lost import is_lost
from pgwright.records import Tried
from pgwright.schema.model import Constraint, Relation, Schema
from pgwright.shadow.finding import measured
from pgwright.shadow.rows import seed
from pgwright.step import Finding

WORKS, ABSENT = "works", "-"
STATEMENTS = ("select", "insert", "update", "delete")
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Release:
    """Tables as a release knows them: {schema.table: its columns}."""

    name: str  # "old" | "new"
    tables: Mapping[str, frozenset[str]]


def release(name: str, classes: Iterable[ModelClass]) -> Release:
    """What the mapped classes of a release read and write."""
    tables: dict[str, frozenset[str]] = {}
    for one in classes:
        if one.table and one.columns:
            qualified = one.table if "." in one.table else f"public.{one.table}"
            tables[qualified] = tables.get(qualified, frozenset()) | {c.name for c in one.columns}
    return Release(name, tables)


def concerned(before: Schema, after: Schema, filled: Iterable[str]) -> frozenset[str]:
    """The relations that a revision changes, and those that were filled for it."""
    names = {r.qualified for r in (*before.relations, *after.relations)}
    return frozenset(n for n in names if before.relation(n) != after.relation(n)) | frozenset(filled)


Outcome = dict[tuple[str, str, str], str]  # (release, table, statement) -> "works", or the server's words


def outcome(conn: Connection, schema: Schema, releases: Iterable[Release], tables: Iterable[str]) -> Outcome:
    """Every statement of every release on the tables that it knows. The database is spent afterwards."""
    found: Outcome = {}
    for one in releases:
        for table in sorted(set(tables) & one.tables.keys()):
            for statement in STATEMENTS:
                found[(one.name, table, statement)] = _TRY[statement](conn, schema, table, one.tables[table])
    return found


def compared(before: Outcome, after: Outcome) -> tuple[Tried, ...]:
    """Both sides of a revision, statement by statement."""
    return tuple(
        Tried(*key, before=before.get(key, ABSENT), after=after.get(key, ABSENT)) for key in sorted({*before, *after})
    )


def _run(conn: Connection, statement: sql.Composed) -> str:
    try:
        with conn.transaction(force_rollback=True):
            conn.execute(statement, prepare=False)
    except psycopg.Error as error:
        if is_lost(error):
            raise
        return f"{error.sqlstate}: {error.diag.message_primary}"
    return WORKS


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split(".", 1))


def _columns(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, sorted(columns)))


def _select(conn: Connection, schema: Schema, table: str, columns: frozenset[str]) -> str:
    return _run(conn, sql.SQL("SELECT {} FROM {} LIMIT 3").format(_columns(columns), _name(table)))


def _insert(conn: Connection, schema: Schema, table: str, columns: frozenset[str]) -> str:
    """Rows that fit the rules on the columns that the release knows; what it does not know gets no value."""
    relation = schema.relation(table)
    if relation is None or relation.kind not in ("table", "partitioned table"):
        values = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} WHERE false").format(
            _name(table), _columns(columns), _columns(columns), _name(table)
        )
        return _run(conn, values)
    relations = tuple(_known(r, columns) if r is relation else r for r in schema.relations)
    known = Schema(relations, schema.things, schema.version)
    if missing := columns - {c.name for c in relation.columns}:
        return f"42703: column {sorted(missing)[0]} does not exist"
    try:
        with conn.transaction(force_rollback=True):
            conn.execute(sql.SQL("TRUNCATE {} CASCADE").format(_name(table)))  # rows that are there would hide a refusal
            seeded = seed(conn, known, None, [table], profile="plain", seed=7, rows=2)
    except psycopg.Error as error:
        if is_lost(error):
            raise
        return f"{error.sqlstate}: {error.diag.message_primary}"
    return next((why for name, why in seeded.unfilled if name == table), WORKS)


def _known(relation: Relation, columns: frozenset[str]) -> Relation:
    return replace(
        relation,
        columns=tuple(c for c in relation.columns if c.name in columns),
        constraints=tuple(c for c in relation.constraints if _reads(c) <= columns),
        indexes=tuple(i for i in relation.indexes if set(i.keys) <= columns),
    )


def _reads(constraint: Constraint) -> set[str]:
    from pgwright.design import expression  # with the parser, which a proof of one release has no use for

    return set(constraint.columns) | set(expression.columns(constraint.expression) if constraint.expression else ())


def _update(conn: Connection, schema: Schema, table: str, columns: frozenset[str]) -> str:
    relation, key = schema.relation(table), _key(schema, table, columns)
    ruled = {c.name for c in relation.columns if c.generated or c.identity == "always"} if relation else set()
    written = sorted(columns - ruled - set(key)) or sorted(columns - ruled)
    same = sql.SQL(", ").join(sql.SQL("{0} = {0}").format(sql.Identifier(c)) for c in written)
    return _run(conn, sql.SQL("UPDATE {} SET {}{}").format(_name(table), same, _one(table, key, "ASC")))


def _delete(conn: Connection, schema: Schema, table: str, columns: frozenset[str]) -> str:
    return _run(conn, sql.SQL("DELETE FROM {}{}").format(_name(table), _one(table, _key(schema, table, columns), "DESC")))


def _key(schema: Schema, table: str, columns: frozenset[str]) -> tuple[str, ...]:
    relation = schema.relation(table)
    return tuple(c for c in relation.primary_key if c in columns) if relation else ()


def _one(table: str, key: tuple[str, ...], order: str) -> sql.Composed:
    """The condition that meets one row, the first or the last by its key; without a key, all."""
    if not key:
        return sql.SQL("").format()
    listed = _columns(key)
    ordered = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(order)) for c in sorted(key))
    return sql.SQL(" WHERE ({}) IN (SELECT {} FROM {} ORDER BY {} LIMIT 1)").format(listed, listed, _name(table), ordered)


_TRY: dict[str, Callable[[Connection, Schema, str, frozenset[str]], str]] = {
    "select": _select, "insert": _insert, "update": _update, "delete": _delete,
}  # fmt: skip


def findings(revision: Revision, tried: Iterable[Tried]) -> Iterator[Finding]:
    """What a release could do before the revision and cannot do after it."""
    contract = (revision.literal or {}).get("phase") == "contract"
    for one in tried:
        if one.before == WORKS and one.after != WORKS:
            yield measured(
                revision, "release-breaks", "PW497", "info" if contract and one.release == "old" else "warning",
                f"the {one.release} release can no longer {one.statement} in {one.table}: {one.after}", None,
                why="It is a contract phase: no instance of the old release may be left when it is applied."
                if contract else "During a rolling deployment both releases run, and this one would fail.",
                instead="" if contract else "Split the revision: expand, deploy, then contract.",
            )  # fmt: skip
