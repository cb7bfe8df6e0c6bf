"""non-idempotent-autocommit: what is committed at once is done twice when a later step fails and the revision runs again.

Rows are doubled or counted up again (a warning); a change of the schema only fails with "already exists" (told as
information, since the cure is to look first and clean up by hand).
Source: PostgreSQL documentation, "Transactions"; Alembic documentation, `autocommit_block`: the version is written at the end.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import (
    Act,
    AddColumn,
    AddConstraint,
    CreateEnum,
    CreateIndex,
    CreateTable,
    Drop,
    DropColumn,
    DropConstraint,
    Insert,
    Rename,
    Set,
    Update,
)
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision, Script, Statement

CODE = "PW601"
SEVERITY = "warning"
SEEN = "error"
OBSERVE = Observation(after="again", error="42701")
WHEN = "{what} is committed at once, and later statements can still fail"
EFFECT = "The version stays, so the next try begins at the top: {again}."
INSTEAD = """
# make a second run harmless: {cure}; or give the statement a revision of its own
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text, code bigint);
INSERT INTO orders SELECT g, 'n', g FROM generate_series(1, 500) g;
"""
BAD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.execute("UPDATE orders SET code = code + 1000")
            op.execute("ALTER TABLE orders ADD state text")
        op.create_check_constraint("small", "orders", "code < 1100")
        """,
        down='op.drop_column("orders", "state")',
    ),
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.add_column("orders", sa.Column("state", sa.Text()))
            op.create_unique_constraint("notes", "orders", ["note"])
        """,
        down='op.drop_column("orders", "state")',
    ),
)
GOOD = (
    revision(
        up="""
        with op.get_context().autocommit_block():
            op.execute("UPDATE orders SET note = 'm' WHERE note = 'n'")
            op.execute("ALTER TABLE orders ADD COLUMN IF NOT EXISTS state text")
            op.execute("ALTER TABLE orders DROP CONSTRAINT IF EXISTS large")
            op.execute("ALTER TABLE orders ADD CONSTRAINT large CHECK (code > 0) NOT VALID")
            op.execute("ALTER TABLE orders VALIDATE CONSTRAINT large")
        """,
        down='op.drop_column("orders", "state")',
    ),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    script = revision.upgrade
    for statement in script.statements:
        if statement.transaction is not None or not _can_fail(script, statement):
            continue
        for act in statement.acts:
            doubles = _doubles(act)
            if doubles:
                cure = "ON CONFLICT DO NOTHING, or WHERE NOT EXISTS, or a condition that is false once it is done"
                yield found(statement, what=doubles, again="the same rows are changed once more", cure=cure)
            elif what := _exists_then(act, script, statement):
                cure = "IF [NOT] EXISTS, or drop it first with IF EXISTS"
                yield found(statement, severity="info", what=what, again="this statement fails", cure=cure)


def _can_fail(script: Script, statement: Statement) -> bool:
    """True when something follows that is more than a setting."""
    return any(not isinstance(act, Set) for one in script.after(statement) for act in one.acts)


def _doubles(act: Act) -> str:
    """In words, a change of rows that changes them again when repeated."""
    if isinstance(act, Insert) and act.reads and not act.on_conflict:
        return f"INSERT into {act.table}" if act.table not in act.reads else ""
    if isinstance(act, Update) and not act.limited:
        open_ended = act.where is None or not set(act.columns) & set(act.where.columns)
        if open_ended and any(c in value.columns for c, value in zip(act.columns, act.values, strict=False)):
            return f"UPDATE of {act.table}, computed from what is there,"
    return ""


def _exists_then(act: Act, script: Script, statement: Statement) -> str:
    """In words, a change of the schema that finds itself there the second time; CONCURRENTLY has rules of its own."""
    what = ""
    match act:
        case AddColumn(table, column, if_not_exists=False):
            what = f"column {table}.{column.name}"
        case AddConstraint(_, constraint) if constraint.name and not _dropped_first(constraint.name, script, statement):
            what = f"constraint {constraint.name}"
        case CreateTable(table, if_not_exists=False):
            what = f"table {table}"
        case CreateIndex(index, concurrently=False, if_not_exists=False):
            what = f"index {index.name}"
        case CreateEnum(name):
            what = f"type {name}"
        case Rename(_, name, old, _):
            what = f"the new name of {old if old != name else name}"
        case DropColumn(table, column, if_exists=False):
            what = f"DROP of {table}.{column}"
        case Drop(kind, name, if_exists=False, concurrently=False):
            what = f"DROP of {kind} {name}"
    return what


def _dropped_first(name: str, script: Script, statement: Statement) -> bool:
    earlier = script.statements[: statement.position]
    return any(act.name == name and act.if_exists for one in earlier for act in one.of(DropConstraint))
