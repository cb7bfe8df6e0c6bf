"""duplicate-object: what the statement makes is already there.

Source: PostgreSQL documentation, error codes 42P07, 42701 and 42710.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import (
    AddColumn,
    AddConstraint,
    CreateEnum,
    CreateIndex,
    CreateTable,
    CreateView,
    DropColumn,
    DropConstraint,
)
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW210"
SEVERITY = "error"
SEEN = "error"
ACTS = (CreateTable, AddColumn, CreateIndex, CreateEnum, AddConstraint, CreateView)
WHEN = "{what} is already there"
EFFECT = "{maker} made it: the server refuses the statement ({code}) on every database of this history."
INSTEAD = """
# take another name, or leave this statement out: {what} stands since {maker}
"""
BEFORE = """
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE orders (id bigint PRIMARY KEY, total int CONSTRAINT total_positive CHECK (total > 0));
CREATE INDEX ix_orders_total ON orders (total);
CREATE VIEW totals AS SELECT id FROM orders;
"""
BAD = (
    revision(up='op.create_table("orders", sa.Column("id", sa.BigInteger(), primary_key=True))'),
    revision(up='op.add_column("orders", sa.Column("total", sa.BigInteger()))'),
    revision(up='op.create_index("ix_orders_total", "orders", ["total", "id"])'),
    revision(up='op.create_check_constraint("total_positive", "orders", "total > 1")'),
    sql("CREATE TYPE state AS ENUM ('open')"),
    sql("CREATE VIEW totals AS SELECT 1"),
)
GOOD = (
    sql("CREATE TABLE IF NOT EXISTS orders (id int); ALTER TABLE orders ADD COLUMN IF NOT EXISTS total int"),
    sql("DROP INDEX ix_orders_total; CREATE INDEX ix_orders_total ON orders (total, id)"),
    sql("CREATE SCHEMA app; CREATE TABLE app.orders (id int); CREATE INDEX ix_orders_total ON app.orders (id)"),
    sql("ALTER TABLE orders DROP total, ADD total bigint"),
    sql("CREATE OR REPLACE VIEW totals AS SELECT id FROM orders"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for what, code, maker in _doubled(statement, before):
        yield found(statement, what=what, code=code, maker=f"revision {maker}" if maker else "an earlier statement")


def _doubled(statement: Statement, before: Known) -> Iterator[tuple[str, str, str | None]]:
    """What stands already: its name in words, the SQLSTATE, the revision that made it."""
    leaves = any(isinstance(act, DropColumn | DropConstraint) for act in statement.acts)
    for act in statement.acts:
        if isinstance(act, CreateTable) and not act.if_not_exists and not act.temporary:
            old = before.tables.get(act.table)
            if old is not None and not old.is_temporary:
                yield f"{old.kind} {act.table}", "42P07", old.made_in
        elif isinstance(act, CreateView) and not act.replace and act.view in before.tables:
            yield f"{before.table(act.view).kind} {act.view}", "42P07", before.table(act.view).made_in
        elif isinstance(act, AddColumn) and not act.if_not_exists and not leaves:
            table = before.table(act.table)
            if table.is_known and act.column.name in table.columns:
                yield f"column {act.table}.{act.column.name}", "42701", table.made_in
        elif isinstance(act, CreateIndex) and not act.if_not_exists and act.index.name:
            schema = act.table.rpartition(".")[0]
            index = before.index(f"{schema}.{act.index.name}" if schema else act.index.name)
            if index is not None:
                yield f"index {act.index.name}", "42P07", index[1].made_in
        elif isinstance(act, CreateEnum) and act.name in before.enums:
            yield f"type {act.name}", "42710", None
        elif isinstance(act, AddConstraint) and act.constraint.name and not leaves:
            table = before.table(act.table)
            if table.is_known and act.constraint.name in table.constraints:
                yield f"constraint {act.constraint.name} of {act.table}", "42710", table.made_in
