"""not-null-app-break: inserts of the running release leave the column out, and nothing fills it.

Source: PostgreSQL documentation, ALTER TABLE, SET NOT NULL; the example runs the previous release's statement.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import SetNotNull
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW312"
SEVERITY = "error"
SEEN = "app"
ACTS = (SetNotNull,)
OBSERVE = Observation(app=("INSERT INTO orders (id) VALUES (1001)",))
WHEN = "{table}.{column} becomes NOT NULL and has no default"
EFFECT = (
    "An INSERT of the release that still runs that leaves {column} out, or writes null, fails (23502) from that moment."
)
INSTEAD = """
op.alter_column({table!r}, {column!r}, server_default=<value>)   # now
# nullable=False once every running release writes {column}
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text, state text DEFAULT 'open');
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = revision(
    up='op.alter_column("orders", "note", nullable=False)',
    down='op.alter_column("orders", "note", nullable=True)',
)
GOOD = (
    revision(
        up='op.alter_column("orders", "state", nullable=False)',
        down='op.alter_column("orders", "state", nullable=True)',
    ),
    revision(
        up="""
        op.alter_column("orders", "note", server_default="")
        op.alter_column("orders", "note", nullable=False)
        """,
        down='op.alter_column("orders", "note", nullable=True, server_default=None)',
    ),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(SetNotNull):
        table = before.table(act.table)
        column = table.column(act.column)
        if table.is_new or table.is_temporary or table.proves_not_null(act.column) or (table.is_known and column is None):
            continue
        if column is not None and (column.not_null or column.serial or column.identity or column.generated):
            continue
        if column is not None and column.default is not None and not column.default.is_null:
            continue
        unknown = ""
        if column is None:
            unknown = f"whether {act.table}.{act.column} has a default"
        elif table.triggers:
            unknown = f"whether a trigger of {act.table} fills {act.column}"
        yield found(statement, table=act.table, column=act.column, unknown=unknown)
