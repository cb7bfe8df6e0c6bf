"""drop-default-app-break: inserts of the running release leave the column out and relied on its default.

Source: PostgreSQL documentation, INSERT and ALTER TABLE, DROP DEFAULT; the example runs the previous release's statement.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import DropNotNull, SetDefault, SetIdentity
from pgwright.hazards.example import revision, sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW311"
SEVERITY = "error"
SEEN = "app"
ACTS = (SetDefault, SetIdentity)
OBSERVE = Observation(app=("INSERT INTO orders (id) VALUES (1001)",))
WHEN = "the default of {table}.{column} is dropped, and the column is NOT NULL"
EFFECT = "An INSERT of the release that still runs that leaves {column} out fails (23502) from that moment."
INSTEAD = """
# 1. a release that always writes {column}; 2. in a revision after it:
op.alter_column({table!r}, {column!r}, server_default=None)
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'open', note text DEFAULT '');
INSERT INTO orders SELECT g FROM generate_series(1, 500) g;
"""
BAD = revision(
    up='op.alter_column("orders", "state", server_default=None)',
    down='op.alter_column("orders", "state", server_default="open")',
)
GOOD = (
    revision(
        up='op.alter_column("orders", "state", server_default="new")',
        down='op.alter_column("orders", "state", server_default="open")',
    ),
    revision(
        up='op.alter_column("orders", "note", server_default=None)',
        down='op.alter_column("orders", "note", server_default="")',
    ),
    sql("ALTER TABLE orders ADD code text NOT NULL DEFAULT ''; ALTER TABLE orders ALTER state SET DEFAULT 'x'"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for table, column in _dropped(statement):
        known = before.table(table)
        old = known.column(column)
        if known.is_new or (known.is_known and old is None):
            continue
        if old is None and (table, column) in _nullable_now(before):
            continue
        if old is None:
            unknown = f"whether {table}.{column} is NOT NULL and has a default"
            yield found(statement, table=table, column=column, unknown=unknown)
        elif old.not_null and (old.default or old.serial or old.identity):
            yield found(statement, table=table, column=column)


def _nullable_now(before: Known) -> set[tuple[str, str]]:
    """Columns of tables that are not known which the script made nullable before the statement."""
    return {(act.table, act.column) for done in before.done for act in done.of(DropNotNull)}


def _dropped(statement: Statement) -> Iterator[tuple[str, str]]:
    again = {act.column for act in statement.of(SetIdentity) if act.identity}
    again |= {act.column for act in statement.of(SetDefault) if act.default}
    for default in statement.of(SetDefault):
        if default.default is None and default.column not in again:
            yield default.table, default.column
    for act in statement.of(SetIdentity):
        if not act.identity and act.column not in again:
            yield act.table, act.column
