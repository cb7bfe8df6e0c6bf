"""orm-in-revision: an ORM session in a revision loads objects one by one and flushes when it likes.

Source: SQLAlchemy documentation, "Session Basics", flushing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.source import nodes
from pgwright.hazards.statement import Revision

CODE = "PW607"
SEVERITY = "warning"
SEEN = "text"
WHEN = "the revision opens an ORM session ({name})"
EFFECT = (
    "Every row becomes an object and an UPDATE of its own; nobody can tell from the file which statements are sent."
)
INSTEAD = """
rows = sa.table("<table>", sa.column("<column>"))
op.execute(rows.update().where(...).values(...))
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY, note text)"
BAD = (
    revision(
        up="""
        from sqlalchemy.orm import Session
        op.add_column("orders", sa.Column("code", sa.Text()))
        session = Session(bind=op.get_bind())
        """
    ),
    revision(
        up="""
        op.add_column("orders", sa.Column("code", sa.Text()))
        session = sa.orm.Session(op.get_bind())
        """
    ),
)
GOOD = revision(up="""op.execute(sa.table("orders", sa.column("note")).update().values(note="x"))""")

OPENS = ("Session", "sessionmaker", "scoped_session", "AsyncSession")


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    if revision.revision is None or not any(name in revision.source for name in OPENS):
        return
    for node in nodes(revision.source):
        if isinstance(node, ast.Call):
            called = node.func
            name = (
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
            )
            if name in OPENS:
                yield found(None, line=node.lineno, name=name)
