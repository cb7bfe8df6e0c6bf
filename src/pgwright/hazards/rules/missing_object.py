"""missing-object: a table or column that no revision made.

Columns of a table that the history made are told for sure; a table only where a known one has nearly its name, as what
stood before the first revision is not known.
Source: PostgreSQL documentation, error codes 42P01 and 42703.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from pgwright.hazards.acts import (
    AddColumn,
    AddConstraint,
    AlterType,
    CreateExtension,
    CreateIndex,
    Delete,
    DoBlock,
    Drop,
    DropColumn,
    DropNotNull,
    Insert,
    MoveSchema,
    Other,
    Rename,
    SetDefault,
    SetNotNull,
    Truncate,
    Update,
)
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import PLAIN
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW209"
SEVERITY = "error"
SEEN = "error"
ACTS = (
    AddColumn, AddConstraint, AlterType, CreateIndex, Delete, DropColumn, DropNotNull, Insert, SetDefault, SetNotNull,
    Truncate, Update,
)  # fmt: skip
WHEN = "{what} does not exist here"
EFFECT = (
    "No revision before this one made it: the server refuses the statement ({code}) on every database of this history."
)
INSTEAD = """
# check the name; make {what} in an earlier revision, or put this revision behind the one that makes it
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
"""
BAD = (
    revision(up='op.add_column("order", sa.Column("code", sa.Text()))', down='op.drop_column("order", "code")'),
    revision(
        up='op.create_index("ix_orders_code", "orders", ["code"])',
        down='op.drop_index("ix_orders_code")',
    ),
    sql("UPDATE orders SET remark = 'x'"),
)
GOOD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("code", sa.Text()))
        op.create_index("ix_orders_code", "orders", ["code"])
        """,
        down='op.drop_column("orders", "code")',
    ),
    sql("ALTER TABLE orders DROP COLUMN IF EXISTS remark; UPDATE orders SET note = 'x'"),
    sql("ALTER TABLE IF EXISTS visits ADD code text"),
)
SYSTEM = ("pg_", "information_schema.")


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    if not before.is_complete or before.all_unknown or "search_path" in before.settings:
        return
    if "if exists" in statement.text.lower():
        return
    gone: set[str] = set()
    for table, columns in _named(statement):
        if table in gone or table.startswith(SYSTEM):
            continue
        known = before.tables.get(table)
        if known is None:
            likely = next(iter(get_close_matches(table, before.tables, 1, 0.8)), None)
            if likely and not _stood(table, before):
                gone.add(table)
                unknown = f"whether {table} stood before the first revision ({likely} is known)"
                yield found(statement, what=f"relation {table}", code="42P01", unknown=unknown)
        elif known.is_known and known.kind == "table" and known.columns and not known.partition_of:
            fresh = {act.column.name for act in statement.of(AddColumn)}
            for column in dict.fromkeys(columns):
                stands = column in known.columns or column in fresh or not PLAIN.fullmatch(column)
                if not stands and not _went(table, column, before):
                    yield found(statement, what=f"column {table}.{column}", code="42703")


def _stood(table: str, before: Known) -> bool:
    """True when a relation of that name stands in another schema, or this revision dropped it itself (PW213 tells)."""
    bare = table.rpartition(".")[2]
    if any(name.rpartition(".")[2] == bare for name in before.tables) or bare in before.sequences:
        return True
    acts = [act for one in before.done for act in one.acts]
    return any(
        (isinstance(act, Drop | Rename) and act.name == table)
        or isinstance(act, DoBlock | Other | MoveSchema | CreateExtension)
        for act in acts
    )


def _went(table: str, column: str, before: Known) -> bool:
    """True when this revision dropped or renamed the column itself: contract-before-expand tells."""
    acts = [act for one in before.done for act in one.acts]
    return any(
        (isinstance(act, DropColumn) and (act.table, act.column) == (table, column))
        or (isinstance(act, Rename) and (act.kind, act.name, act.old) == ("column", table, column))
        for act in acts
    )


def _named(statement: Statement) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each table that the statement needs, with the columns of it that must stand."""
    for act in statement.acts:
        if isinstance(act, DropColumn | AlterType | SetNotNull | DropNotNull | SetDefault):
            yield act.table, () if isinstance(act, DropColumn) and act.if_exists else (act.column,)
        elif isinstance(act, AddConstraint):
            yield act.table, () if act.constraint.kind == "check" else act.constraint.columns
        elif isinstance(act, CreateIndex):
            yield act.table, () if act.index.expressions else act.index.keys
        elif isinstance(act, Insert | Update):
            yield act.table, act.columns
        elif isinstance(act, AddColumn | Delete | Truncate):
            yield act.table, ()
