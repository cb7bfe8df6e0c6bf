"""What a revision that could not be read to its end makes unknown: the relations it speaks of, or all of them."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator

from pgwright.hazards.known import Known, Table
from pgwright.hazards.source import nodes
from pgwright.hazards.statement import Revision

CHANGES = re.compile(r"\b(ALTER|CREATE|DROP|RENAME)\b", re.I)
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
LIBRARIES = {"alembic", "sqlalchemy", "sqlmodel", "psycopg", "psycopg2", "asyncpg", "geoalchemy2", "pgvector"}


def doubt(known: Known, revision: Revision) -> None:
    """Forget what can no longer be relied on after `revision`, whose upgrade was not read whole."""
    known.is_complete = False
    tree = nodes(revision.source)
    stranger = _stranger(tree) if tree else "what does not parse"
    if stranger:
        known.all_unknown = f"{revision.revision} could not be read to its end and calls {stranger}"
    named = set(_words(tree))
    for name in list(known.tables):
        if stranger or name.rpartition(".")[2] in named:
            _forget(known, name)


def _forget(known: Known, name: str) -> None:
    """The relation is still there, of the same kind; the rest is not known."""
    old = known.tables[name]
    known.tables[name] = Table(
        name, old.kind, is_known=False, made_in=old.made_in, made_transaction=old.made_transaction, is_new=old.is_new
    )


def _words(tree: Iterable[ast.AST]) -> Iterator[str]:
    """Words that may name a relation whose shape changes: plain names, and those of texts that change a schema."""
    for node in tree:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if WORD.fullmatch(node.value):
                yield node.value
            elif CHANGES.search(node.value):
                yield from WORD.findall(node.value)


def _stranger(tree: Iterable[ast.AST]) -> str:
    """The first import of the project's own code, or nothing: what that does cannot be told from here."""
    for node in tree:
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["." if node.level else node.module or ""]
        for name in names:
            top = name.partition(".")[0]
            if top not in LIBRARIES and top not in sys.stdlib_module_names:
                return name
    return ""
