"""downgrade-fails: downgrade() names what is not there, drops in the wrong order, or asks for a value that no row has.

A constraint or index without a name gets one from the server; a downgrade that guesses another name fails.
Source: PostgreSQL documentation, "Dependency Tracking"; ALTER TABLE, ADD COLUMN.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, Drop, DropColumn, DropConstraint
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.rules.downgrade_irreversible import is_mistake
from pgwright.hazards.statement import Revision, Statement

CODE = "PW503"
SEVERITY = "error"
SEEN = "error"
PHASES = ("downgrade",)
OBSERVE = Observation(after="down")
WHEN = "downgrade fails: {what}"
EFFECT = "{why}, so the release cannot be taken back when that is needed."
INSTEAD = """
# give every constraint and index a name in upgrade() and drop it by that name; drop in the reverse order of making;
# bring a NOT NULL column back with a server_default
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text, code text NOT NULL);
INSERT INTO orders SELECT g, 'n' || g, 'c' FROM generate_series(1, 200) g;
"""
BAD = (
    revision(
        up='op.create_unique_constraint(None, "orders", ["note"])',
        down='op.drop_constraint("uq_orders_note", "orders")',
    ),
    revision(up='op.create_index("ix_note", "orders", ["note"])', down='op.drop_index("ix_orders_note")'),
    revision(up='op.add_column("orders", sa.Column("a", sa.Text()))', down='op.drop_column("orders", "b")'),
    revision(
        up='op.drop_column("orders", "code")',
        down='op.add_column("orders", sa.Column("code", sa.Text(), nullable=False))',
    ),
    revision(
        up="""
        op.execute("CREATE TYPE mood AS ENUM ('new')")
        op.execute("ALTER TABLE orders ADD mood mood")
        """,
        down="""
        op.execute("DROP TYPE mood")
        op.drop_column("orders", "mood")
        """,
    ),
    revision(
        up="""
        op.create_table("a", sa.Column("id", sa.BigInteger(), primary_key=True))
        op.create_table("b", sa.Column("a_id", sa.BigInteger(), sa.ForeignKey("a.id")))
        """,
        down="""
        op.drop_table("a")
        op.drop_table("b")
        """,
    ),
    revision(up='op.create_table("a", sa.Column("id", sa.BigInteger()))', down='op.drop_table("aa")'),
    revision(
        up='op.create_unique_constraint(None, "orders", ["note"])',
        down='op.drop_constraint(None, "orders", type_="unique")',
    ),
)
GOOD = (
    revision(
        up='op.create_unique_constraint(None, "orders", ["note"])',
        down='op.drop_constraint("orders_note_key", "orders")',
    ),
    revision(
        up='op.drop_column("orders", "code")',
        down='op.add_column("orders", sa.Column("code", sa.Text(), nullable=False, server_default=""))',
    ),
    revision(
        up="""
        op.execute("CREATE TYPE mood AS ENUM ('new')")
        op.execute("ALTER TABLE orders ADD mood mood")
        op.create_index("ix_note", "orders", ["note"])
        """,
        down="""
        op.drop_index("ix_note")
        op.drop_column("orders", "mood")
        op.execute("DROP TYPE mood")
        """,
    ),
)

LONGEST = 63  # bytes of a name; the server cuts what is longer


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    down = revision.downgrade
    unread = ("ImportError", "ModuleNotFoundError")  # a package that is missing here: nothing is known about the downgrade
    if down is not None and is_mistake(down.raises) and not down.raises.startswith(unread):
        what = f"it stops at {' '.join(down.raises.split())[:100]}"
        yield found(None, line=down.line, what=what, why="It never reaches the server")


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    if "search_path" in before.settings:
        return
    for act in statement.acts:
        if isinstance(act, AddColumn):
            what, state = _added(act, before), "23502"
        elif isinstance(act, DropColumn | DropConstraint):
            what, state = _missing(act, before), "42703" if isinstance(act, DropColumn) else "42704"
        elif isinstance(act, Drop):
            what, state = _not_there(act, before), "42P01" if act.kind == "table" else "42704"
            if not what:
                what, state = _needed(act, before, {one.name for one in statement.of(Drop)}), "2BP01"
        else:
            continue
        if what:
            yield found(statement, what=what, why=f"The server refuses this statement ({state})")


def _added(act: AddColumn, before: Known) -> str:
    column = act.column
    filled = column.default or column.serial or column.identity or column.generated or act.if_not_exists
    if not column.not_null or filled or not before.table(act.table).is_known or not before.holds_rows(act.table):
        return ""
    return f"{act.table}.{column.name} comes back NOT NULL, and no row has a value for it"


def _missing(act: DropColumn | DropConstraint, before: Known) -> str:
    table = before.table(act.table)
    if act.if_exists or not table.is_known or table.partition_of:
        return ""
    if isinstance(act, DropColumn):
        return "" if act.column in table.columns else f"{act.table} has no column {act.column}"
    is_sure = len(act.name.encode()) <= LONGEST and not act.name.endswith("_not_null")
    return f"{act.table} has no constraint {act.name}" if is_sure and act.name not in table.constraints else ""


def _not_there(act: Drop, before: Known) -> str:
    if act.if_exists or not before.is_complete or before.all_unknown or len(act.name.encode()) > LONGEST:
        return ""
    if act.kind == "table" and act.name not in before.tables:
        return f"there is no table {act.name}"
    if act.kind == "index" and before.index(act.name) is None and all(one.is_known for one in before.tables.values()):
        return f"there is no index {act.name}"
    return ""


def _needed(act: Drop, before: Known, together: set[str]) -> str:
    """What still needs the table or type that is dropped without CASCADE."""
    users: list[str] = []
    if act.cascade:
        return ""
    if act.kind == "table":
        users = [one.name for one, _, _ in before.referencing(act.name)]
    elif act.kind == "type":
        columns = ((one, column) for one in before.tables.values() for column in one.columns.values())
        users = [f"{one.name}.{column.name}" for one, column in columns if column.type.name == act.name]
    left = sorted(set(users) - together)
    return f"{', '.join(left)} still needs {act.name}" if left else ""
