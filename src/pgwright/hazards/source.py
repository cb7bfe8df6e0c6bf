"""A revision's Python, parsed and walked once for all rules that look at it."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Literal

IMPORT = re.compile(r"^[ \t\f]*(from|import)[ \t](.*)$", re.M)


@lru_cache(maxsize=2)
def nodes(source: str) -> tuple[ast.AST, ...]:
    """Every node of the file, outer ones first; none when it does not parse."""
    try:
        return _walked(ast.parse(source))
    except SyntaxError:
        return ()


def _walked(tree: ast.AST) -> tuple[ast.AST, ...]:
    """What `ast.walk` gives, in the same order, in half its time."""
    found: list[ast.AST] = [tree]
    for node in found:
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                found += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
    return tuple(found)


def direction(source: str, line: int | None) -> Literal["upgrade", "downgrade"] | None:
    """The function of the two that the line stands in; None for a line outside of both."""
    for node in nodes(source) if line is not None else ():
        if isinstance(node, ast.FunctionDef) and node.lineno <= (line or 0) <= (node.end_lineno or 0):
            if node.name == "upgrade":
                return "upgrade"
            if node.name == "downgrade":
                return "downgrade"
    return None


@lru_cache(maxsize=2)
def imports(source: str) -> frozenset[str]:
    """The first words of all that lines speak of importing, "" for relative ones: told without parsing, so rather too many."""
    found: set[str] = set()
    for word, rest in IMPORT.findall(source):
        if word == "from":
            found.add(rest.strip().split(" ", 1)[0])
        else:
            found.update(one.strip().split(" ", 1)[0] for one in rest.split(","))
    return frozenset(name.partition(".")[0] for name in found)
