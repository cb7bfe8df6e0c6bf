"""downgrade-missing: upgrade changes the schema, downgrade does nothing, and Alembic takes it for done.

Source: Alembic documentation, Tutorial, "Downgrading": the version goes back whatever downgrade() did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import (
    Act,
    AlterType,
    Copy,
    CreateExtension,
    Delete,
    Insert,
    LockTable,
    Maintain,
    Other,
    Select,
    Set,
    Transaction,
    Truncate,
    Update,
    ValidateConstraint,
)
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW501"
SEVERITY = "warning"
SEEN = "catalog"
PHASES = ("downgrade",)
OBSERVE = Observation(
    after="down",
    query="SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'code')",
)
WHEN = "downgrade() does nothing, and upgrade() changes the schema"
EFFECT = "A downgrade changes the version and leaves the schema: the next upgrade fails on what is there already."
INSTEAD = """
# undo in downgrade() what upgrade() does, last step first; if there is no way back, raise and say why
"""
BEFORE = "CREATE TABLE orders (id bigint PRIMARY KEY, note text)"
BAD = revision(up='op.add_column("orders", sa.Column("code", sa.Text()))')
GOOD = (
    revision(
        up='op.add_column("orders", sa.Column("code", sa.Text()))',
        down='op.drop_column("orders", "code")',
    ),
    revision(up='op.alter_column("orders", "note", type_=sa.Text())'),
    revision(up='op.execute("COMMENT ON TABLE orders IS \'what was bought\'")'),
)

NOTHING_TO_UNDO: tuple[type[Act], ...] = (
    Copy, CreateExtension, Delete, Insert, LockTable, Maintain, Select, Set, Transaction, Truncate, Update,
    ValidateConstraint,
)  # fmt: skip


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    down = revision.downgrade
    if down is None or revision.revision is None or down.statements or down.read != "full" or down.raises:
        return
    acts = (act for statement in revision.upgrade.statements for act in statement.acts)
    if any(not isinstance(act, NOTHING_TO_UNDO) and not _changes_nothing(act, before) for act in acts):
        yield found(None, line=_line(revision.source), phase="downgrade")


def _changes_nothing(act: Act, before: Known) -> bool:
    """A comment, a type that the column has already, a longer number in Alembic's own table."""
    if isinstance(act, AlterType):
        column = before.table(act.table).column(act.column)
        return act.table.endswith("alembic_version") or (column is not None and column.type == act.type)
    return isinstance(act, Other) and act.kind == "comment_stmt"


def _line(source: str) -> int:
    """Where downgrade() begins; 1 when it is nowhere in the file."""
    head = re.search(r"^\s*def downgrade\b", source, re.M)
    return source[: head.end()].count("\n") + 1 if head else 1
