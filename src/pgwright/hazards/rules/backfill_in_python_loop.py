"""backfill-in-python-loop: Python reads rows and writes them one by one, each a trip to the server, in one transaction.

Source: PostgreSQL documentation, "Populating a Database"; UPDATE, FROM clause.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.source import nodes
from pgwright.hazards.statement import Revision

CODE = "PW603"
SEVERITY = "warning"
SEEN = "text"
WHEN = "rows that a query gives are written one by one in a loop"
EFFECT = "Every row is a trip to the server, and every row that is written stays locked until the last one is done."
INSTEAD = """
# one statement a batch: op.execute("UPDATE ... FROM ... WHERE <key range>") inside op.get_context().autocommit_block()
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 50) g;
"""
BAD = (
    revision(
        up="""
        bind = op.get_bind()
        for row in bind.execute(sa.text("SELECT id FROM orders")):
            bind.execute(sa.text("UPDATE orders SET note = 'x' WHERE id = :id"), {"id": row.id})
        """
    ),
    revision(
        up="""
        bind = op.get_bind()
        rows = bind.execute(sa.text("SELECT id FROM orders")).fetchall()
        for row in rows:
            bind.execute(sa.text("UPDATE orders SET note = 'x' WHERE id = :id"), {"id": row.id})
        """
    ),
)
GOOD = revision(
    up="""
    for name in ("a", "b"):
        op.execute(f"ALTER TABLE orders ADD {name} text")
    """
)

READS = ("fetchall", "fetchmany", "all", "mappings", "scalars", "partitions", "yield_per")


LOOP = re.compile(r"^[ \t\f]*for .*execute\(", re.M)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    if revision.revision is None or not _may_loop(revision.source):
        return
    from_query = {
        target.id
        for node in nodes(revision.source)
        if isinstance(node, ast.Assign) and _is_query(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for loop in (node for node in nodes(revision.source) if isinstance(node, ast.For)):
        over = loop.iter
        is_rows = _is_query(over) or (isinstance(over, ast.Name) and over.id in from_query)
        if is_rows and any(_is_execute(inner) for one in loop.body for inner in ast.walk(one)):
            yield found(None, line=loop.lineno)


def _may_loop(source: str) -> bool:
    """Quicker than to parse every file."""
    if any(f".{name}(" in source for name in READS):
        return True
    return bool(LOOP.search(source))


def _is_query(node: ast.expr) -> bool:
    """An execute(...), or what is called on one: .fetchall(), .mappings()."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS:
        node = node.func.value
    return _is_execute(node)


def _is_execute(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "execute"
