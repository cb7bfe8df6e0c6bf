"""The one literal that a generated revision carries: `pgwright = {...}`, read by AST, never executed."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any


def literal(path: Path) -> dict[str, Any]:
    """The dict assigned to the module-level name `pgwright`; empty for a revision that somebody else wrote."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pgwright" for t in node.targets):
            try:
                value = ast.literal_eval(node.value)
            except ValueError:
                return {}
            return value if isinstance(value, dict) else {}
    return {}


def validation_queries(path: Path) -> tuple[str, ...]:
    """The revision's validation queries: each returns one row with one count, which must be 0."""
    queries = literal(path).get("validate", ())
    return tuple(q for q in queries if isinstance(q, str)) if isinstance(queries, (list, tuple)) else ()
