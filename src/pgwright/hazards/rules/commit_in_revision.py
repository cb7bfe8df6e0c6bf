"""commit-in-revision: the revision ends Alembic's transaction by itself; what is before the COMMIT stays when the rest fails.

An ORM session's commit() is none: it joins the transaction that is open on the connection. Nor is that of a savepoint.
Source: Alembic documentation, `autocommit_block()` and `transaction_per_migration`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.source import nodes
from pgwright.hazards.statement import Revision

CODE = "PW609"
SEVERITY = "warning"
SEEN = "catalog"
OBSERVE = Observation(
    query="""
    SELECT count(DISTINCT xmin::text) > 1 FROM pg_attribute
     WHERE attrelid = 'orders'::regclass AND attname IN ('code', 'state')
    """
)
WHEN = "the revision itself says {what}"
EFFECT = (
    "When a later statement fails, all before it stays done, the version does not say so, and the next try meets it; "
    "behind it Alembic takes a transaction for open that is not."
)
INSTEAD = """
# what must be outside a transaction, or committed on its own: a revision of its own, or
with op.get_context().autocommit_block():
    ...
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY, note text)"
BAD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("code", sa.Text()))
        op.execute("COMMIT")
        op.add_column("orders", sa.Column("state", sa.Text()))
        """
    ),
    revision(
        up="""
        op.execute(sa.text("ALTER TABLE orders ADD code text; COMMIT"))
        op.add_column("orders", sa.Column("state", sa.Text()))
        """
    ),
)
GOOD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("code", sa.Text()))
        op.add_column("orders", sa.Column("state", sa.Text()))
        """
    ),
    revision(  # a session on Alembic's connection joins its transaction, and does not end it
        up="""
        from sqlalchemy.orm import Session
        session = Session(bind=op.get_bind())
        op.add_column("orders", sa.Column("code", sa.Text()))
        session.commit()
        op.add_column("orders", sa.Column("state", sa.Text()))
        """
    ),
    revision(  # the end of a savepoint
        up="""
        nested = op.get_bind().begin_nested()
        op.add_column("orders", sa.Column("code", sa.Text()))
        op.add_column("orders", sa.Column("state", sa.Text()))
        nested.commit()
        """
    ),
)

ENDS = r"(?:^|;)\s*(COMMIT|ROLLBACK)\b\s*(?:WORK|TRANSACTION)?\s*(?:;|$)"


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    if revision.revision is None or not _may_commit(revision.source.lower()):
        return
    savepoints = set(_savepoints(revision.source))
    for node in nodes(revision.source):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in ("execute", "exec_driver_sql"):
            ended = next((end for text in _texts(node) if "$$" not in text and (end := re.search(ENDS, text, re.I))), None)
            if ended:
                yield found(None, line=node.lineno, what=ended[1].upper())
        elif node.func.attr == "commit" and not node.args:
            whose = ast.unparse(node.func.value)
            if "session" not in whose.lower() and whose not in savepoints:
                yield found(None, line=node.lineno, what=f"{whose}.commit()")


def _savepoints(source: str) -> Iterator[str]:
    """The names that hold what `begin_nested()` gave."""
    for node in nodes(source):
        if isinstance(node, ast.Assign) and ast.unparse(node.value).endswith(".begin_nested()"):
            yield from map(ast.unparse, node.targets)


def _may_commit(text: str) -> bool:
    """Quicker than to parse every file: the words in a comment do not count."""
    if "commit" not in text and "rollback" not in text:
        return False
    return bool(re.search(r"""["';]\s*(?:commit|rollback)\b|\.commit\(""", text))


def _texts(call: ast.Call) -> Iterator[str]:
    for node in ast.walk(call):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
