"""The identifiers that a revision file assigns at its top, in the text, and the file under another id."""

from __future__ import annotations

import ast

from pgwright.shadow.identity import tree_hash

Assignment = ast.Assign | ast.AnnAssign


def assigned(tree: ast.Module, name: str) -> Assignment | None:
    """The last assignment to that name at the top of the file: the one that counts."""
    for node in reversed(tree.body):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(target, ast.Name) and target.id == name:
            return node
    return None


def hash_under(source: bytes, revision: str) -> str:
    """The AST hash that the file would have with another id: equal hashes mean that it was only renamed."""
    tree = ast.parse(source)
    node = assigned(tree, "revision")
    if node is not None:
        node.value = ast.Constant(revision)
    return tree_hash(tree)


def declares(source: bytes, revision: str) -> bool:
    """True when the file says that it is that revision."""
    try:
        node = assigned(ast.parse(source), "revision")
    except (SyntaxError, ValueError):
        return False
    return node is not None and isinstance(node.value, ast.Constant) and node.value.value == revision
