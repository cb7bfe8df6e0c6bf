"""several-changes-in-one-revision: tables in use are changed one after the other, and each change is kept on its own.

When a later one fails, the version says that none was made. In one transaction that cannot happen; what that costs is
told by multi-table-lock.
Source: Alembic documentation, `autocommit_block()`: what ran in it stays.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Act, Copy, Delete, Insert, Select, Update
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.locks import locks
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Revision

CODE = "PW816"
SEVERITY = "info"
SEEN = "text"
WHEN = "the revision changes {count} tables in use, in several transactions: {tables}"
EFFECT = "When it stops halfway, some are changed and the version does not say so; nobody can take back just one of them."
INSTEAD = """
# one revision for each table: alembic revision -m "<the change of one table>"
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE TABLE users (id bigint PRIMARY KEY, note text);
"""
BAD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.create_index("orders_note", "orders", ["note"], postgresql_concurrently=True)
        op.create_index("users_note", "users", ["note"], postgresql_concurrently=True)
    """,
    down="""
    op.drop_index("users_note")
    op.drop_index("orders_note")
    """,
)
GOOD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("code", sa.Text()))
        op.add_column("users", sa.Column("code", sa.Text()))
        """,
        down="""
        op.drop_column("users", "code")
        op.drop_column("orders", "code")
        """,
    ),
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.create_index("orders_note", "orders", ["note"], postgresql_concurrently=True)
            op.create_index("orders_notes", "orders", ["note", "id"], postgresql_concurrently=True)
        """,
        down="""
        op.drop_index("orders_notes")
        op.drop_index("orders_note")
        """,
    ),
)

ROWS: tuple[type[Act], ...] = (Insert, Update, Delete, Select, Copy)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    changed: dict[str, None] = {}
    apart: set[object] = set()
    last = None
    for statement in revision.upgrade.statements:
        tables = [next(locks(act), ("", ""))[0] for act in statement.acts if not isinstance(act, ROWS)]
        fresh = [table for table in tables if table and table not in changed and before.holds_rows(table)]
        if fresh:
            changed |= dict.fromkeys(fresh)
            apart.add(statement.transaction if statement.transaction is not None else f"alone {statement.position}")
            last = statement
    if last is not None and len(changed) > 1 and len(apart) > 1:
        yield found(last, count=len(changed), tables=", ".join(changed))
