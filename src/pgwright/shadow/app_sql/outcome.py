"""One statement on one database: prepared, run with values, rolled back.

After a revision a statement is tried with the values that it worked with before. Where the server refuses these values (a new
CHECK, a narrower type: SQLSTATE classes 22 and 23), values that fit now are tried too: an application that knows the rules
of its data has such. What is wrong with the statement itself no value mends. A constraint that stood before, as it stands now,
refuses a row and not the statement: the rows seeded on the two sides need not be the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from psycopg import sql

from pgwright.records import Tried
from pgwright.schema.model import Constraint, Index, Schema
from pgwright.shadow.app_sql.arguments import CHOICES, Arguments, Values, Which
from pgwright.shadow.app_sql.meaning import places, relations
from pgwright.shadow.app_sql.statements import Statement
from pgwright.shadow.old_code import ABSENT, WORKS
from pgwright.shadow.rows import seed

LIMITS = "SET LOCAL statement_timeout = '5s'; SET LOCAL lock_timeout = '1s'"
TYPES = "SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'pgwright_app'"
UNTYPED = ("42P18", "42P08")  # nothing tells the type, or too much does: drivers send such a parameter as text
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Result:
    """How a statement ended: `works`, or the server's words; the values it was run with, and the columns it returned."""

    words: str
    arguments: Arguments = ()
    columns: tuple[str, ...] = ()
    which: Which = "any"  # how the values were chosen
    constraint: tuple[str, str] = ("", "")  # (relation, constraint) that refused

    @property
    def is_about_values(self) -> bool:
        """True when other values might have passed."""
        return self.words[:2] in ("22", "23")


@dataclass(frozen=True, slots=True)
class Side:
    """All statements on one side of a revision: {text sent: how it ended}, and the relations that each names."""

    results: Mapping[str, Result] = field(default_factory=dict)
    relations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    schema: Schema = field(default_factory=Schema)


def tried(conn: Connection, schema: Schema, statements: Sequence[Statement], before: Side | None = None) -> Side:
    """Every statement, on rows; tables that hold none are filled first. The database is spent afterwards."""
    named = {one.sent: relations(one.sent, schema) for one in statements}
    known = (
        before.relations if before else named
    )  # rows of a new table would only stand in the way of what worked before
    _fill(conn, schema, {name for names in known.values() for name in names})
    values = Values(conn, schema)
    results = {}
    for one in statements:
        earlier = before.results.get(one.sent) if before else None
        if before is None or (earlier and earlier.words == WORKS):
            found = results[one.sent] = _result(conn, one, values, earlier)
            if before and found.words != WORKS and _stood(found.constraint, before.schema, schema):
                results[one.sent] = _result(conn, one, values, None)
    return Side(results, named, schema)


def told(statements: Iterable[Statement], before: Side, after: Side) -> tuple[Tried, ...]:
    """Both sides of a revision, statement by statement."""
    out = []
    for one in statements:
        was, then = before.results[one.sent], after.results.get(one.sent)
        words = then.words if then else ABSENT
        if then is not None and words == WORKS and (gone := sorted(set(was.columns) - set(then.columns))):
            words = f"no longer returns {', '.join(gone)}"
        tables = sorted({*before.relations[one.sent], *after.relations[one.sent]})
        out.append(Tried("app", ", ".join(tables), one.place, was.words, words))
    return tuple(out)


def _stood(constraint: tuple[str, str], before: Schema, after: Schema) -> bool:
    """True when the constraint, or unique index, is the same on both sides."""
    table, name = constraint
    there: list[list[Constraint | Index]] = []
    for schema in (before, after):
        relation = schema.relation(table)
        things: list[Constraint | Index] = [*relation.constraints, *relation.indexes] if relation else []
        there.append([one for one in things if one.name == name])
    return bool(there[0]) and there[0] == there[1]


def _fill(conn: Connection, schema: Schema, names: Iterable[str]) -> None:
    """Rows for tables without any, made alike on both sides: the same seed, and tables that the revision left alone."""
    tables = [n for n in sorted(names) if (r := schema.relation(n)) and r.kind in ("table", "partitioned table")]
    bare = [n for n in tables if not _holds_rows(conn, n)]
    if bare:
        seed(conn, schema, None, bare, profile="plain", rows=3)
    if once := sorted({parent for n in tables for parent in _used_once(schema, n)}):
        seed(
            conn, schema, None, once, profile="plain", rows=2
        )  # or each parent has its child, and no INSERT could work


def _used_once(schema: Schema, name: str) -> Iterator[str]:
    """The parents whose rows have room for one row of the table each."""
    relation = schema.relation(name)
    if relation is None:
        return
    unique = [c.columns for c in relation.constraints if c.kind in ("primary key", "unique")]
    unique += [i.keys for i in relation.indexes if i.unique]
    for c in relation.constraints:
        if c.kind == "foreign key" and c.references and any(u and set(u) <= set(c.columns) for u in unique):
            yield c.references


def _holds_rows(conn: Connection, name: str) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(*name.split(".", 1)))
    row = conn.execute(query).fetchone()
    return bool(row and row[0])


def _result(conn: Connection, statement: Statement, values: Values, earlier: Result | None) -> Result:
    try:
        types = _prepare(conn, statement.sent)
    except psycopg.Error as error:
        return Result(_words(error))
    try:
        first: Result | None = None
        for which, arguments in _choices(types, values, statement, earlier):
            found = replace(_run(conn, arguments), which=which)
            first = first or found
            if found.words == WORKS:
                return found
            if not found.is_about_values:
                break
        return first or Result(WORKS)
    finally:
        conn.execute("DEALLOCATE pgwright_app")


def _choices(
    types: Sequence[str], values: Values, statement: Statement, earlier: Result | None
) -> Iterator[tuple[Which, Arguments]]:
    """Before a revision whatever works; after it what worked, then the same choice made anew."""
    if earlier is not None and len(earlier.arguments) == len(types):
        yield earlier.which, earlier.arguments
    known = places(statement.sent, values.schema) if types else {}
    for which in (earlier.which,) if earlier else CHOICES if types else CHOICES[:1]:
        yield which, values.chosen(which, types, known)


def _prepare(conn: Connection, sent: str) -> list[str]:
    """Prepare the statement; the types of its parameters. One whose type nothing tells is text."""
    untyped: set[int] = set()
    while True:
        declared = ", ".join("text" if n in untyped else "unknown" for n in range(1, max(untyped, default=0) + 1))
        try:
            with conn.transaction():
                conn.execute(f"PREPARE pgwright_app{f' ({declared})' if declared else ''} AS {sent}".encode())
            break
        except psycopg.Error as error:
            number = _untyped(error)
            if number is None or number in untyped:
                raise
            untyped.add(number)
    row = conn.execute(TYPES).fetchone()
    return list(row[0]) if row else []


def _untyped(error: psycopg.Error) -> int | None:
    """The parameter whose type could not be determined, where that was all."""
    if error.sqlstate not in UNTYPED:
        return None
    _, _, number = (error.diag.message_primary or "").rpartition("$")
    return int(number) if number.isdigit() else None


def _run(conn: Connection, arguments: Arguments) -> Result:
    given = sql.SQL(" ({})").format(sql.SQL(", ").join(map(sql.Literal, arguments))) if arguments else sql.SQL("")
    try:
        with conn.transaction(force_rollback=True):
            conn.execute(LIMITS)
            cursor = conn.execute(sql.SQL("EXECUTE pgwright_app") + given)
            columns = tuple(c.name for c in cursor.description or ())
    except psycopg.Error as error:
        said = error.diag
        return Result(
            _words(error), arguments, constraint=(f"{said.schema_name}.{said.table_name}", said.constraint_name or "")
        )
    return Result(WORKS, arguments, columns)


def _words(error: psycopg.Error) -> str:
    return f"{error.sqlstate}: {error.diag.message_primary}"
