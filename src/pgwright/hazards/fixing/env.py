"""Whether env.py opens the transaction itself: then an autocommit block fails, and no form that needs one may be written.

Alembic ends the transaction that `context.begin_transaction()` began, and asserts that there is one. A connection that has
sent a statement before is in a transaction that Alembic did not begin (SQLAlchemy documentation, "Autobegin"; Alembic
documentation, `MigrationContext.autocommit_block`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

SENDS = ("execute", "exec_driver_sql", "scalar", "scalars")
ENDS = ("commit", "rollback")


def opens_transaction(source: str) -> int | None:
    """The line at which env.py does; None when it does not, or cannot be parsed."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.With | ast.AsyncWith) and any(_is_begin(item.context_expr) for item in node.items):
            return node.lineno
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) and (line := _opened(node)):
            return line
    return None


def _is_begin(node: ast.expr) -> bool:
    """`engine.begin()`: what runs inside of it may be another function."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "begin"


def _opened(scope: ast.AST) -> int | None:
    """A transaction that is still open where `context.begin_transaction()` is called in the same function."""
    opened: int | None = None
    for line, _, name in sorted(_calls(scope)):
        if name == "begin_transaction":
            if opened:
                return opened
        elif name in ENDS:
            opened = None
        elif opened is None and (name in SENDS or name == "begin"):
            opened = line
    return None


def _calls(scope: ast.AST) -> Iterator[tuple[int, int, str]]:
    """(line, column, method) of every call in the function itself, not in those that it defines."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, node.col_offset, node.func.attr
        waiting += ast.iter_child_nodes(node)
