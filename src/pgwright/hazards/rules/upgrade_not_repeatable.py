"""upgrade-not-repeatable: downgrade leaves something behind, and the next upgrade finds its name taken.

Source: PostgreSQL documentation, CREATE TABLE; CREATE INDEX; ALTER TABLE, ADD COLUMN.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards import replay
from pgwright.hazards.acts import Act, AddColumn, AddConstraint, CreateFunction, CreateIndex, CreateTable, DoBlock
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision

CODE = "PW508"
SEVERITY = "error"
SEEN = "error"
PHASES = ("downgrade",)
OBSERVE = Observation(after="reup")
WHEN = "downgrade leaves {what} behind"
EFFECT = "After a downgrade the upgrade cannot be run again: {what} exists already."
INSTEAD = """
# in downgrade(): drop {what} too
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY CONSTRAINT few CHECK (id < 10000), note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 200) g;
"""
BAD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("code", sa.Text()))
        op.create_index("ix_note", "orders", ["note"])
        """,
        down='op.drop_column("orders", "code")',
    ),
    revision(
        up="""
        op.create_table("states", sa.Column("code", sa.Text()))
        op.add_column("orders", sa.Column("code", sa.Text()))
        """,
        down='op.drop_table("states")',
    ),
    revision(
        up="""
        op.execute("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        op.create_check_constraint("positive", "orders", "id > 0")
        """,
        down='op.drop_constraint("positive", "orders")',
    ),
)
GOOD = (
    revision(
        up="""
        op.create_table("states", sa.Column("code", sa.Text()))
        op.add_column("orders", sa.Column("code", sa.Text()))
        op.create_index("ix_code", "orders", ["code"])
        """,
        down="""
        op.drop_column("orders", "code")
        op.drop_table("states")
        """,
    ),
    revision(  # the upgrade itself takes the old one away first
        up="""
        op.drop_constraint("few", "orders")
        op.create_check_constraint("few", "orders", "id < 20000")
        """,
        down="""
        op.drop_constraint("few", "orders")
        op.create_check_constraint("few", "orders", "id < 10000")
        """,
    ),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    down = revision.downgrade
    if down is None or not down.statements or down.read != "full" or down.raises:
        return
    if any(list(one.of(DoBlock)) for one in down.statements):
        return
    after = before.after_downgrade
    if after is None or not any(_left(act, after) for one in revision.upgrade.statements for act in one.acts):
        return
    again = after.copy()
    replay.begin(again, revision.upgrade)
    for statement in revision.upgrade.statements:
        replay.enter(again, statement)
        for act in statement.acts:
            what = _left(act, again)
            if what:
                yield found(statement, phase="downgrade", what=what)
        replay.leave(again, statement)


def _left(act: Act, after: Known) -> str:
    """What the act makes, if it is still there after downgrade and the act would fail on it."""
    if isinstance(act, CreateTable) and not (act.if_not_exists or act.temporary):
        return f"table {act.table}" if act.table in after.tables else ""
    if isinstance(act, AddColumn) and not act.if_not_exists:
        return f"column {act.table}.{act.column.name}" if after.table(act.table).column(act.column.name) else ""
    if isinstance(act, CreateIndex) and act.index.name and not act.if_not_exists:
        return f"index {act.index.name}" if act.index.name in after.table(act.table).indexes else ""
    if isinstance(act, AddConstraint) and act.constraint.name:
        name = act.constraint.name
        return f"constraint {name} of {act.table}" if name in after.table(act.table).constraints else ""
    if isinstance(act, CreateFunction) and not act.replace:
        return f"function {act.name}" if act.name in after.functions else ""
    return ""
