"""downgrade-data-loss: downgrade drops what upgrade filled, and nothing takes the values over first.

Source: PostgreSQL documentation, ALTER TABLE, DROP COLUMN; DROP TABLE.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateTable, Drop, DropColumn, Insert, Update
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision, Script

CODE = "PW505"
SEVERITY = "warning"
SEEN = "rows"
ACTS = (Update, Insert)
PHASES = ("downgrade",)
OBSERVE = Observation(after="down", query="SELECT NOT EXISTS (SELECT FROM orders WHERE note LIKE '%release 2')")
WHEN = "downgrade drops {what}, which upgrade filled"
EFFECT = "What the new release has written there since is gone for good once somebody takes the release back."
INSTEAD = """
# in downgrade(), before the drop: take the values over into what stays, or copy them into a table that is kept
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 200) g;
"""
BAD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("remark", sa.Text()))
        op.execute("UPDATE orders SET remark = note || ' of release 2'")
        """,
        down='op.drop_column("orders", "remark")',
    ),
    revision(
        up="""
        op.create_table("remarks", sa.Column("id", sa.BigInteger()), sa.Column("remark", sa.Text()))
        op.execute("INSERT INTO remarks SELECT id, note || ' of release 2' FROM orders")
        """,
        down='op.drop_table("remarks")',
    ),
)
GOOD = revision(
    up="""
    op.add_column("orders", sa.Column("remark", sa.Text()))
    op.execute("UPDATE orders SET remark = note || ' of release 2'")
    """,
    down="""
    op.execute("UPDATE orders SET note = remark")
    op.drop_column("orders", "remark")
    """,
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    if revision.downgrade is None:
        return
    columns, tables = _filled(revision.upgrade)
    constants = _with_constants(revision.upgrade)
    for statement in revision.downgrade.statements:
        for act in statement.acts:
            if isinstance(act, DropColumn):
                filled = (act.table, act.column) in columns and not before.table(act.table).column(act.column)
                what, table = f"{act.table}.{act.column}", act.table
            elif isinstance(act, Drop) and act.kind == "table":
                filled, what, table = act.name in tables, f"table {act.name}", act.name
            else:
                continue
            if filled and not _taken_over(revision.downgrade, statement.position, table):
                computed = what not in constants
                yield found(statement, severity=None if computed else "info", what=what)


def _filled(script: Script) -> tuple[set[tuple[str, str]], set[str]]:
    """Columns and tables that the script writes rows into; tables only when it makes them, from what is stored elsewhere."""
    columns, tables, made = set(), set(), set()
    for act in (act for statement in script.statements for act in statement.acts):
        if isinstance(act, Update):
            columns |= {(act.table, column) for column in act.columns}
        elif isinstance(act, CreateTable):
            made.add(act.table)
        elif isinstance(act, Insert) and act.table in made and act.reads:
            tables.add(act.table)
    return columns, tables


def _with_constants(script: Script) -> set[str]:
    """Columns that only ever get one and the same value from the script: what is lost is what came after it."""
    constant: set[str] = set()
    computed: set[str] = set()
    for act in (act for statement in script.statements for act in statement.of(Update)):
        for column, value in zip(act.columns, act.values, strict=False):
            (constant if value.is_constant else computed).add(f"{act.table}.{column}")
    return constant - computed


def _taken_over(script: Script, position: int, table: str) -> bool:
    """True when something before the drop reads the table, or writes into it."""
    for act in (act for statement in script.statements[:position] for act in statement.acts):
        if isinstance(act, Update) and table in (act.table, *act.reads):
            return True
        if isinstance(act, Insert) and table in act.reads:
            return True
        if isinstance(act, CreateTable) and act.from_query and table in act.like:
            return True
    return False
