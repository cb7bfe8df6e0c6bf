"""deferred-trigger-events: rows written under a deferred foreign key leave checks open, and ALTER TABLE is refused then.

Source: PostgreSQL documentation, SET CONSTRAINTS and CREATE TABLE, INITIALLY DEFERRED; SQLSTATE 55006.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import (
    AddColumn,
    AddConstraint,
    AlterType,
    DropColumn,
    DropConstraint,
    Insert,
    Other,
    SetNotNull,
    Truncate,
    Update,
    ValidateConstraint,
)
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW215"
SEVERITY = "error"
SEEN = "error"
ACTS = (AddColumn, DropColumn, AlterType, SetNotNull, AddConstraint, ValidateConstraint, DropConstraint, Truncate)
OBSERVE = Observation(error="55006")
WHEN = "{table} is altered in a transaction that wrote rows under the deferred foreign key {name}"
EFFECT = "The check of those rows is still open, and the server refuses the statement (55006, pending trigger events)."
INSTEAD = """
op.execute("SET CONSTRAINTS ALL IMMEDIATE")   # right before it: checks the rows now
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE lines (
    id bigint PRIMARY KEY, note text,
    order_id bigint CONSTRAINT lines_order REFERENCES orders DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO orders SELECT g FROM generate_series(1, 500) g;
INSERT INTO lines SELECT g, 'n', g FROM generate_series(1, 400) g;
"""
BAD = (
    revision(
        up="""
        op.execute("UPDATE lines SET order_id = 1 WHERE id < 10")
        op.add_column("lines", sa.Column("code", sa.Text()))
        """,
        down='op.drop_column("lines", "code")',
    ),
    revision(
        up="""
        op.execute("INSERT INTO lines (id, order_id) VALUES (1001, 3)")
        op.drop_column("lines", "note")
        """,
    ),
)
GOOD = (
    revision(
        up="""
        op.execute("UPDATE lines SET order_id = 1 WHERE id < 10")
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
        op.add_column("lines", sa.Column("code", sa.Text()))
        """,
        down='op.drop_column("lines", "code")',
    ),
    revision(
        up="""
        op.execute("UPDATE lines SET note = 'x' WHERE id < 10")
        op.add_column("lines", sa.Column("code", sa.Text()))
        """,
        down='op.drop_column("lines", "code")',
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    if statement.transaction is None:
        return
    pending = _pending(statement, before)
    altered = [act.table for act in statement.acts if isinstance(act, ACTS)]
    for table in dict.fromkeys(altered):
        if table in pending:
            yield found(statement, table=table, name=pending[table])


def _pending(statement: Statement, before: Known) -> dict[str, str]:
    """Tables with open checks in this transaction, and the key that waits."""
    out: dict[str, str] = {}
    for one in before.done:
        if one.transaction != statement.transaction:
            continue
        for act in one.acts:
            if isinstance(act, Other) and act.kind == "constraints_set_stmt":
                out.clear()
            elif isinstance(act, Insert | Update):
                for name, key in before.table(act.table).constraints.items():
                    if key.deferred and key.kind == "foreign key" and set(key.columns) & set(act.columns):
                        out[act.table] = name
    return out
