"""A revision's Python, parsed and walked once for all rules that look at it."""

from __future__ import annotations

import ast
from functools import lru_cache


@lru_cache(maxsize=2)
def nodes(source: str) -> tuple[ast.AST, ...]:
    """Every node of the file, outer ones first; none when it does not parse."""
    try:
        return tuple(ast.walk(ast.parse(source)))
    except SyntaxError:
        return ()
