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


@lru_cache(maxsize=2)
def imports(source: str) -> frozenset[str]:
    """The first words of all that lines speak of importing, "" for relative ones: told without parsing, so rather too many."""
    found: set[str] = set()
    for line in source.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "from":
            found.add(rest.strip().split(" ", 1)[0])
        elif word == "import":
            found.update(one.strip().split(" ", 1)[0] for one in rest.split(","))
    return frozenset(name.partition(".")[0] for name in found)
