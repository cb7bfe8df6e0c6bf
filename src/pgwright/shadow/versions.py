"""Where Alembic keeps what is applied: one version table, or one per context where env.py loops over tenants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from pgwright.interpreter.results import Context, Ran
from pgwright.records import ProofPhase, Reason
from pgwright.schema.model import Schema

Table = tuple[str, str]  # schema, name
Versions = tuple[tuple[Table, tuple[str, ...]], ...]  # every version table that exists, and the revisions in it


def declared(contexts: Iterable[Context]) -> frozenset[Table]:
    """The tables that env.py names with their schema; `public` stands for what it leaves to the search_path."""
    return frozenset((c.version_table_schema or "public", c.version_table) for c in contexts)


def found(contexts: Iterable[Context], schema: Schema) -> frozenset[Table]:
    """Tables in any schema that bear a name which env.py leaves to the search_path: a tenant's own, usually."""
    free = {c.version_table for c in contexts if c.version_table_schema is None}
    return frozenset((r.schema, r.name) for r in schema.tables() if r.name in free)


def read(conn: psycopg.Connection[Any], tables: Iterable[Table]) -> Versions:
    """The content of each of the tables that exists, sorted."""
    out = []
    for table in sorted(tables):
        query = sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(*table))
        try:
            out.append((table, tuple(sorted(row[0] for row in conn.execute(query)))))
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            continue
    return tuple(out)


def together(versions: Versions) -> tuple[str, ...]:
    """Every revision that is in one of the tables."""
    return tuple(sorted({revision for _, revisions in versions for revision in revisions}))


def applied(versions: Versions) -> dict[Table, tuple[str, ...]]:
    """The tables that hold anything: an empty one and none at all both mean base."""
    return {table: revisions for table, revisions in versions if revisions}


def told(versions: Versions) -> str:
    """For people: the revisions, with their tables where those do not agree."""
    full = applied(versions)
    if len(set(full.values())) <= 1 and len(full) in (0, len(versions)):
        return ", ".join(together(versions)) or "base"
    return "; ".join(f"{schema}.{name}: {', '.join(r) or 'base'}" for (schema, name), r in versions)


def unlike(phase: ProofPhase, expected: Ran | None, got: Ran | None) -> Reason | None:
    """Why the version tables refute: after the way back each must hold what it held before, after the way up the same."""
    if expected is None or got is None:
        return None
    wanted = [v.before if phase == "down" else v.after for v in expected.versions]
    have = [v.after for v in got.versions]
    wrong = [
        f"{v.schema or ''}{'.' if v.schema else ''}{v.table} holds {_listed(h)} where {_listed(w)} is right"
        for v, w, h in zip(got.versions, wanted, have, strict=False)
        if set(w or ()) != set(h or ())
    ]
    if len(wanted) != len(have):
        wrong.append(f"env.py configured {len(have)} contexts, {len(wanted)} before")
    if not wrong:
        return None
    cause = "the revision writes to the version table itself, or env.py loops over what the revision changes"
    return Reason(f"{phase}-versions", phase, "; ".join(wrong), cause=cause)


def _listed(revisions: Sequence[str] | None) -> str:
    return ", ".join(revisions or ()) or "nothing"
