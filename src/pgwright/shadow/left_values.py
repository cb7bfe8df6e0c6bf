"""What a generated backfill writes over NULL and its downgrade leaves: said beforehand in the revision's literal.

Which rows were NULL is remembered nowhere, so no downgrade can bring that back. The literal names table, column and
condition; only values in that very column, where NULL stood before, are let pass, and each is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pgwright.design.source import qualified, quoted
from pgwright.schema.model import Relation, Schema
from pgwright.shadow.rows import RowDifference

Column = tuple[str, str]  # schema.table, column


def left_by(literal: Mapping[str, Any] | None, before: Schema) -> frozenset[Column]:
    """The columns whose NULLs the literal of a backfill says it fills for good."""
    facts = literal or {}
    table, columns, where = facts.get("table"), facts.get("set"), facts.get("where")
    if facts.get("phase") != "backfill" or not isinstance(columns, dict) or not isinstance(where, str):
        return frozenset()
    filled = [c for c in columns if where == f"{quoted(c)} IS NULL" or where.startswith(f"{quoted(c)} IS NULL AND ")]
    meant = [r for r in before.tables() if table in _spelled(r)]
    # no such table in public: the search_path says which, in a loop over tenants each tenant's
    meant = meant or [r for r in before.tables() if table == quoted(r.name)]
    return frozenset((r.qualified, c) for r in meant for c in filled)


def split(changed: Sequence[RowDifference], left: frozenset[Column]) -> tuple[list[RowDifference], list[RowDifference]]:
    """(what counts, what the literal has said): a value that was not NULL before counts, whatever the literal says."""
    said = [d for d in changed if d.what == "values changed" and (d.table, d.column) in left and _over_null(d)]
    return [d for d in changed if d not in said], said


def _over_null(d: RowDifference) -> bool:
    return bool(d.samples) and all(f"{d.column} NULL -> " in sample for sample in d.samples)


def _spelled(relation: Relation) -> set[str]:
    return {
        qualified(relation.schema, relation.name),
        *([quoted(relation.name)] if relation.schema == "public" else []),
    }
