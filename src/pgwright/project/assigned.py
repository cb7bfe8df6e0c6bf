"""What a statement assigns, read from its text: `a = 1`, `a: int = 1`, `a = b = 1` and `a, b = 1, 2`."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of each name; where a value cannot be taken apart, the name itself stands for it: no plain value."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _pairs(target, node.value)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from _pairs(node.target, node.value)


def last_assigned(tree: ast.Module, name: str) -> ast.expr | None:
    """The value of the last assignment to that name at the top of a file: the one that counts."""
    for node in reversed(tree.body):
        for found, value in assigned(node):
            if found == name:
                return value
    return None


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List):
        values = value.elts if isinstance(value, ast.Tuple | ast.List) else []
        is_plain = len(values) == len(target.elts) and not any(isinstance(one, ast.Starred) for one in values)
        for place, one in enumerate(target.elts):
            yield from _pairs(one, values[place] if is_plain else one)
