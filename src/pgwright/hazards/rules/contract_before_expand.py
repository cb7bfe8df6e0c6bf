"""contract-before-expand: the revision drops or renames what a later statement of it still names.

Source: PostgreSQL documentation, error codes 42703 and 42P01; each statement sees what the ones before it did.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import (
    AddConstraint,
    AlterType,
    CreateIndex,
    CreateView,
    Delete,
    Drop,
    DropColumn,
    Insert,
    Rename,
    Select,
    SetDefault,
    SetNotNull,
    Update,
)
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW213"
SEVERITY = "error"
SEEN = "error"
ACTS = (Update, Insert, Delete, Select, CreateIndex, AddConstraint, AlterType, SetNotNull, SetDefault, CreateView)
WHEN = "{what} is named here, but this revision {how} it before"
EFFECT = "The statement is refused ({code}): the revision fails whatever is in the database."
INSTEAD = """
# move this statement before the one that takes {what} away
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text, remark text);
CREATE TABLE old_orders (id bigint PRIMARY KEY, note text);
"""
BAD = (
    revision(
        up="""
        op.drop_column("orders", "note")
        op.execute("UPDATE orders SET remark = note WHERE id < 10")
        """,
    ),
    revision(
        up="""
        op.alter_column("orders", "note", new_column_name="text")
        op.create_index("ix_orders_note", "orders", ["note"])
        """,
    ),
    revision(
        up="""
        op.drop_table("old_orders")
        op.execute("INSERT INTO orders (id, note) SELECT id, note FROM old_orders")
        """,
    ),
)
GOOD = (
    revision(
        up="""
        op.execute("UPDATE orders SET remark = note WHERE id < 10")
        op.drop_column("orders", "note")
        """,
        down='op.add_column("orders", sa.Column("note", sa.Text()))',
    ),
    revision(
        up="""
        op.drop_column("orders", "note")
        op.add_column("orders", sa.Column("note", sa.String(10)))
        op.create_index("ix_orders_note", "orders", ["note"])
        """,
        down='op.drop_index("ix_orders_note")',
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    gone = dict(_gone(before))
    told: set[str] = set()
    for table, column in _named(statement):
        known = before.tables.get(table)
        for what, stands in (
            (table, known is not None),
            (f"{table}.{column}", known is not None and column in known.columns),
        ):
            if what in gone and not stands and what not in told and table not in told:
                told.add(what)
                yield found(statement, what=what, how=gone[what], code="42703" if column and known else "42P01")


def _gone(before: Known) -> Iterator[tuple[str, str]]:
    """Tables and columns that this script took away so far, and how."""
    for act in (act for one in before.done for act in one.acts):
        if isinstance(act, DropColumn):
            yield f"{act.table}.{act.column}", "drops"
        elif isinstance(act, Drop) and act.kind in ("table", "view", "materialized view"):
            yield act.name, "drops"
        elif isinstance(act, Rename) and act.kind in ("table", "view"):
            yield act.name, "renames"
        elif isinstance(act, Rename) and act.kind == "column":
            yield f"{act.name}.{act.old}", "renames"


def _named(statement: Statement) -> Iterator[tuple[str, str]]:
    """Tables, and columns with their table, that the statement needs; "" for a table alone."""
    for act in statement.acts:
        if isinstance(act, Update | Insert | Delete | CreateView | Select):
            yield from ((table, "") for table in act.reads)
        if isinstance(act, Update) and not act.reads:
            inside = [name for one in act.values for name in one.columns]
            yield from ((act.table, name) for name in (*act.columns, *inside))
        if isinstance(act, Update | Delete) and act.where and not act.reads:
            yield from ((act.table, name) for name in act.where.columns)
        elif isinstance(act, Insert):
            yield from ((act.table, name) for name in ("", *act.columns))
        elif isinstance(act, CreateIndex):
            yield from ((act.table, name) for name in act.index.keys)
        elif isinstance(act, AddConstraint):
            yield from ((act.table, name) for name in act.constraint.columns)
        elif isinstance(act, AlterType | SetNotNull | SetDefault):
            yield act.table, act.column
