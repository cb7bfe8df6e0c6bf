"""downgrade-missing: upgrade changes the schema, downgrade does nothing, and Alembic takes it for done.

Source: Alembic documentation, Tutorial, "Downgrading": the version goes back whatever downgrade() did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import (
    Act,
    AddColumn,
    AddConstraint,
    AlterType,
    Copy,
    CreateExtension,
    CreateIndex,
    CreateTable,
    Delete,
    Drop,
    DropColumn,
    DropConstraint,
    DropNotNull,
    Insert,
    LockTable,
    Maintain,
    Other,
    Select,
    Set,
    SetDefault,
    SetNotNull,
    Transaction,
    Truncate,
    Update,
    ValidateConstraint,
)
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known, Table
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
    revision(up='op.alter_column("orders", "id", nullable=False)'),
    revision(
        up="""
        op.create_table("scratch", sa.Column("id", sa.BigInteger(), primary_key=True))
        op.drop_table("scratch")
        op.add_column("orders", sa.Column("scratch", sa.Text()))
        op.drop_column("orders", "scratch")
        """
    ),
    revision(up='op.execute("COMMENT ON TABLE orders IS \'what was bought\'")'),
)

NOTHING_TO_UNDO: tuple[type[Act], ...] = (
    Copy, CreateExtension, Delete, Insert, LockTable, Maintain, Select, Set, Transaction, Truncate, Update,
    ValidateConstraint,
)  # fmt: skip
FOLLOWED = (
    AddColumn, AddConstraint, AlterType, CreateIndex, CreateTable, DropColumn, DropConstraint, DropNotNull, SetDefault,
    SetNotNull,
)  # fmt: skip


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    down = revision.downgrade
    if down is None or revision.revision is None or down.statements or down.read != "full" or down.raises:
        return
    acts = [act for statement in revision.upgrade.statements for act in statement.acts]
    acts = [act for act in acts if not isinstance(act, NOTHING_TO_UNDO) and not _is_aside(act)]
    if acts and not (all(_is_followed(act, before) for act in acts) and _is_as_before(before)):
        yield found(None, line=_line(revision.source), phase="downgrade")


def _is_aside(act: Act) -> bool:
    """A comment, or a longer number in Alembic's own table."""
    if isinstance(act, AlterType):
        return act.table.endswith("alembic_version")
    return isinstance(act, Other) and act.kind == "comment_stmt"


def _is_followed(act: Act, before: Known) -> bool:
    """True when what the act changes is known before and after, so that the two can be compared."""
    table = getattr(act, "table", None)
    if isinstance(act, Drop):
        return act.kind in ("table", "index")
    return isinstance(act, FOLLOWED) and (table not in before.tables or before.tables[table].is_known)


def _is_as_before(before: Known) -> bool:
    """True when upgrade leaves every table as it was: what it makes, it takes away again."""
    after = before.after_upgrade
    if after is None:
        return False
    names = before.tables.keys() | after.tables.keys()
    return all(_shape(before.tables.get(name)) == _shape(after.tables.get(name)) for name in names)


def _shape(table: Table | None) -> object:
    if table is None:
        return None
    return table.is_known, table.columns, table.constraints, {name: one.index for name, one in table.indexes.items()}


def _line(source: str) -> int:
    """Where downgrade() begins; 1 when it is nowhere in the file."""
    head = re.search(r"^\s*def downgrade\b", source, re.M)
    return source[: head.end()].count("\n") + 1 if head else 1
