"""Which tables a revision speaks of, read from its source without running it. Says too many rather than too few."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pgwright.schema.model import Relation, Schema

_WORD = re.compile(r"[^\W\d][\w$]*")


def touched(source: str, schema: Schema, *helpers: str) -> frozenset[str]:
    """Tables of `schema` whose own name, or that of a thing of theirs, is a word in a string of the sources.

    Things of theirs: indexes, constraints, triggers, types of their columns, views that read them. `helpers` are the
    sources of project files that the revision imports. A source that does not parse counts as one string.
    """
    words: set[str] = set()
    for text in (source, *helpers):
        for string in _strings(text):
            words.update(_WORD.findall(string))
    words |= {w.lower() for w in words}
    if not words:
        return frozenset()
    named = {r.qualified for r in schema.tables() if _speaks_of(r, words)}
    for view in schema.relations:
        if view.definition and view.name in words:
            read = set(_WORD.findall(view.definition))
            named |= {r.qualified for r in schema.tables() if r.name in read}
    return frozenset(named)


def _speaks_of(r: Relation, words: set[str]) -> bool:
    if r.name in words:
        return True
    return (
        any(i.name in words for i in r.indexes)
        or any(c.name in words for c in r.constraints)
        or any(t.name in words for t in r.triggers)
        or any(c.type_kind not in ("base", "range") and c.type_oid_name.rpartition(".")[2] in words for c in r.columns)
    )


def _strings(source: str) -> Iterator[str]:
    """Every string constant but docstrings, the constant parts of f-strings included."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        yield source
        return
    spoken: set[int] = set()
    for node in ast.walk(tree):  # level by level: what has a docstring comes before the docstring
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and id(node) not in spoken:
                yield node.value
        elif (docstring := _docstring(node)) is not None:
            spoken.add(id(docstring))


def _docstring(node: ast.AST) -> ast.Constant | None:
    if not isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or not node.body:
        return None
    first = node.body[0]
    return first.value if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) else None
