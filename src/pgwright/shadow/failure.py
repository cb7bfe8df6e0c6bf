"""Why a step failed: the real exception, the server's words, the line of the revision, and the rows in the way."""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg import sql

from pgwright.interpreter import Ran
from pgwright.records import ProofPhase, Reason
from pgwright.schema.model import Constraint, Relation, Schema
from pgwright.shadow import outside

LIMIT = 5  # offending rows shown
_ADDRESS = re.compile(r"(?<=\w) at 0x[0-9a-f]+(?=>)")  # of a Python object: another one in each run
MISSING = {
    "42P07": "already exists",
    "42710": "already exists",
    "42701": "already exists",
    "42P06": "already exists",
    "42P01": "does not exist",
    "42703": "does not exist",
    "42704": "does not exist",
    "3F000": "does not exist",
}
VERSION = "alembic_version"
BEFORE = "nothing is there yet: the history begins on tables or schemas that no revision makes"
SET_UP = (
    'make them before the first revision: setup_sql = ["FILE.sql"] in pgwright.toml\n'
    'or begin elsewhere: [baseline] mode = "dump" or "models"'
)
CAUSES = {
    "2BP01": "something else still depends on it: drop the dependents first, in the same revision",
    "42804": "the type change needs USING: PostgreSQL will not cast this by itself",
    "25001": "this statement cannot run inside a transaction: use op.get_context().autocommit_block()",
    "55P04": "a new enum label cannot be used in the transaction that adds it",
    "0A000": "the server does not support this, or an extension is not installed on it",
    "58P01": "a file that the statement needs is not on the server (an extension's control file, usually)",
}


def explain(conn: psycopg.Connection[Any], schema: Schema, phase: ProofPhase, ran: Ran) -> Reason:
    """The failure of one step as a Reason; `conn` looks for the offending rows and changes nothing."""
    error = ran.error
    assert error is not None
    rows = _offending(conn, schema, error.sqlstate or "", error.message) if error.sqlstate else ()
    begins = _begins_later(phase, error.sqlstate, schema)
    wanted = outside.wanted(error)
    cause, repair = (BEFORE, SET_UP) if begins else ("", "")
    return Reason(
        code=_code(phase, error.exception, error.sqlstate, error.message),
        phase=phase,
        message=_ADDRESS.sub("", error.message),
        statement=error.statement,
        sqlstate=error.sqlstate,
        exception=error.exception,
        file=error.file,
        line=error.line,
        rows=rows,
        cause=wanted.cause if wanted else _cause(error.exception, error.sqlstate, error.message) or cause,
        repair=wanted.repair if wanted else repair,
    )


def _begins_later(phase: ProofPhase, sqlstate: str | None, schema: Schema) -> bool:
    """True when the first revision needs what is not there: applications may make tables before their history begins."""
    return phase == "up" and sqlstate in ("42P01", "3F000") and not any(VERSION not in r.name for r in schema.tables())


def missing_extension(reason: Reason) -> str | None:
    """The extension that the server lacks, when that is what the failure says."""
    match = re.search(
        r'extension "([^"]+)" is not available|could not open extension control file "[^"]*?([\w-]+)\.control"',
        reason.message,
    )
    return (match[1] or match[2]) if match else None


def _code(phase: ProofPhase, exception: str, sqlstate: str | None, message: str) -> str:
    if phase == "down" and sqlstate is None and exception.rsplit(".", 1)[-1] in DELIBERATE:
        return "declared-irreversible"
    if "it has no name" in message or ("constraint name" in message.lower() and "None" in message):
        return f"{phase}-unnamed-constraint"
    return f"{phase}-failed"


DELIBERATE = ("NotImplementedError", "RuntimeError", "Exception", "IrreversibleMigrationError", "CommandError")


def _cause(exception: str, sqlstate: str | None, message: str) -> str:
    if "it has no name" in message:
        return "op.drop_constraint(None, …) cannot know which constraint to drop: give the name that the server chose"
    if sqlstate in CAUSES:
        return CAUSES[sqlstate]
    if sqlstate in MISSING and "type" in message and MISSING[sqlstate] == "already exists":
        return "the downgrade leaves a type behind that the upgrade creates again"
    return ""


def _offending(conn: psycopg.Connection[Any], schema: Schema, sqlstate: str, message: str) -> tuple[str, ...]:
    """Rows that broke a constraint on the way: NULLs, duplicates and orphans can still be there after the rollback."""
    try:
        if sqlstate == "23502" and (m := re.search(r'column "([^"]+)" of relation "([^"]+)"', message)):
            return _sample(conn, schema, m[2], sql.SQL("{} IS NULL").format(sql.Identifier(m[1])))
        if sqlstate == "23505" and (m := re.search(r"Key \(([^)]+)\)=\(([^)]*)\)", message)):
            return (f"({m[1]}) = ({m[2]}) more than once",)
        if sqlstate == "23503" and (m := re.search(r"Key \(([^)]+)\)=\(([^)]*)\).*table \"([^\"]+)\"", message, re.S)):
            return (f"({m[1]}) = ({m[2]}) has no row in {m[3]}",)
    except psycopg.Error:
        return ()
    return ()


def _sample(conn: psycopg.Connection[Any], schema: Schema, name: str, predicate: sql.Composable) -> tuple[str, ...]:
    relation = next((r for r in schema.tables() if r.name == name), None)
    if relation is None:
        return ()
    query = sql.SQL("SELECT t::text FROM {} t WHERE {} LIMIT {}").format(
        sql.Identifier(relation.schema, relation.name), predicate, LIMIT
    )
    return tuple(str(row[0])[:200] for row in conn.execute(query))


__all__ = ["Constraint", "Relation", "explain", "missing_extension"]
