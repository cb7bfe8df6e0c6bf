"""The identifiers that a revision file assigns at its top, in the text, and the file under another id."""

from __future__ import annotations

import ast

from pgwright.project.assigned import last_assigned
from pgwright.shadow.identity import tree_hash


def hash_under(source: bytes, revision: str) -> str:
    """The AST hash that the file would have with another id: equal hashes mean that it was only renamed."""
    tree = ast.parse(source)
    value = last_assigned(tree, "revision")
    if isinstance(value, ast.Constant):
        value.value = revision
    return tree_hash(tree)


def declares(source: bytes, revision: str) -> bool:
    """True when the file says that it is that revision."""
    try:
        value = last_assigned(ast.parse(source), "revision")
    except (SyntaxError, ValueError):
        return False
    return isinstance(value, ast.Constant) and value.value == revision
