"""backfill-before-default: rows that come between the fill and SET NOT NULL have no value.

The running release does not know the column. Without a default (or a trigger) its rows keep NULL, and SET NOT NULL fails.
Source: PostgreSQL documentation, ALTER TABLE, SET DEFAULT: it holds for later INSERTs only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, CreateTrigger, SetDefault, SetNotNull, Update
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Revision, Script

CODE = "PW604"
SEVERITY = "warning"
SEEN = "catalog"
ACTS = (Update,)
OBSERVE = Observation(
    query="""
    SELECT NOT EXISTS (SELECT FROM pg_attrdef JOIN pg_attribute ON adrelid = attrelid AND adnum = attnum
                        WHERE attrelid = 'orders'::regclass AND attname = 'state')
       AND EXISTS (SELECT FROM orders WHERE state = 'new')
    """
)
WHEN = "{table}.{column} is filled and has no default: rows of the running release come without a value"
EFFECT = (
    "The running release does not know {column}; its new rows are null after the fill, and SET NOT NULL fails on them."
)
INSTEAD = """
op.alter_column({table!r}, {column!r}, server_default=<value>)   # before the fill; instant
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 200) g;
"""
BAD = revision(
    up="""
    op.add_column("orders", sa.Column("state", sa.Text()))
    op.execute("UPDATE orders SET state = 'new' WHERE state IS NULL")
    """
)
GOOD = revision(
    up="""
    op.add_column("orders", sa.Column("state", sa.Text()))
    op.alter_column("orders", "state", server_default="new")
    op.execute("UPDATE orders SET state = 'new' WHERE state IS NULL")
    """
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    added = set(_added(revision.upgrade, before))
    for statement in revision.upgrade.statements:
        for act in statement.of(Update):
            for column in act.columns:
                if (act.table, column) not in added or before.table(act.table).triggers:
                    continue
                if act.where is None or re.search(rf'\b{re.escape(column)}"?\s+IS\s+NULL', act.where.text, re.I):
                    added.discard((act.table, column))
                    if not _has_trigger(revision.upgrade, act.table):
                        yield found(statement, table=act.table, column=column)


def _added(script: Script, before: Known) -> Iterator[tuple[str, str]]:
    """Columns that the script adds to tables in use, and that get no value by themselves at any time of it."""
    defaults = {
        (act.table, act.column)
        for statement in script.statements
        for act in statement.of(SetDefault)
        if act.default is not None
    }
    required = {(act.table, act.column) for statement in script.statements for act in statement.of(SetNotNull)}
    for statement in script.statements:
        for act in statement.of(AddColumn):
            column = act.column
            if statement.transaction is not None and (act.table, column.name) in required:
                continue  # no row comes in between; what happens afterwards, not-null-app-break says
            fills = column.default or column.serial or column.identity or column.generated
            if before.holds_rows(act.table) and not fills and (act.table, column.name) not in defaults:
                yield act.table, column.name


def _has_trigger(script: Script, table: str) -> bool:
    """True when a trigger that the script makes on the table may give the value."""
    return any(act.table == table for statement in script.statements for act in statement.of(CreateTrigger))
