"""The literal of a backfill: read only when rendering it gives exactly the revision's statements.

Otherwise somebody has edited the body, and the revision is a hand-written one like any other (DESIGN.md, "Generated
revisions").
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from pgwright.design.batches import plain_form
from pgwright.design.source import quoted
from pgwright.project.history import Written

KEYS = {"table": str, "set": dict, "where": str, "key": list}


def read(written: Written) -> Mapping[str, Any] | None:
    """The literal of a backfill whose body is exactly what we would write; None for everything else."""
    found = written.literal
    if found is None or found.get("phase") != "backfill":
        return None
    if any(not isinstance(found.get(name), kind) for name, kind in KEYS.items()):
        return None
    body = _body(ast.parse(written.file.read_bytes()))
    return found if body is not None and body in _rendered(found, body) else None


def _body(module: ast.Module) -> str | None:
    """The statements of upgrade(), without its docstring, as comparable text."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade":
            body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
            return _text(body)
    return None


def _text(body: list[ast.stmt]) -> str:
    return ast.dump(ast.Module(body, []), annotate_fields=False)


def _rendered(found: Mapping[str, Any], body: str) -> Iterator[str]:
    """What we would write for the literal: for each way of writing that there is, and each batch size in the body."""
    if len(found["set"]) != 1:
        return
    [(column, value)] = found["set"].items()
    sizes = sorted({int(n) for n in _numbers(body) if int(n) > 0})
    for pages in sizes:
        for batch in (False, True):
            source = plain_form(found["table"], quoted(column), value, found["where"], pages, batch=batch)
            yield _text(ast.parse(source).body)


def _numbers(body: str) -> Iterator[str]:
    """Integer constants of a dumped tree."""
    for part in body.split("Constant(")[1:]:
        number = part.partition(")")[0]
        if number.isdigit():
            yield number
