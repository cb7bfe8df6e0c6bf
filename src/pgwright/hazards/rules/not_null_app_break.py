"""not-null-app-break: inserts of the running release leave the column out, and nothing fills it.

Told beside set-not-null-scan where both hold: the scan goes away with a validated CHECK, this only with a default or a
release that writes the column. A column of this very revision is certain; for an older one the release decides.

Source: PostgreSQL documentation, ALTER TABLE, SET NOT NULL; the example runs the previous release's statement.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, Expression, SetNotNull
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement
from pgwright.step import Severity

CODE = "PW312"
SEVERITY = "error"
SEEN = "app"
ACTS = (SetNotNull, AddConstraint)
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
BAD = (
    revision(
        up='op.alter_column("orders", "note", nullable=False)',
        down='op.alter_column("orders", "note", nullable=True)',
    ),
    revision(
        up="""
        op.add_column("orders", sa.Column("code", sa.Text()))
        op.execute("UPDATE orders SET code = 'x'")
        op.alter_column("orders", "code", nullable=False)
        """,
        down='op.drop_column("orders", "code")',
    ),
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
    for table, name in _required(statement):
        known = before.table(table)
        column = known.column(name)
        if known.is_new or known.is_temporary or known.proves_not_null(name) or (known.is_known and column is None):
            continue
        if column is not None and (column.serial or column.identity or column.generated or _fills(column.default)):
            continue
        spared = any(not act.constraint.validated for act in statement.of(AddConstraint))
        severity: Severity | None = "info" if spared else None  # the right form, so only something to know
        yield found(statement, severity=severity, table=table, column=name, unknown=_unknown(table, name, before))


def _required(statement: Statement) -> Iterator[tuple[str, str]]:
    """Columns that every new row needs from here on; NOT VALID (18) spares the rows that stand, not the new ones."""
    yield from ((act.table, act.column) for act in statement.of(SetNotNull))
    for act in statement.of(AddConstraint):
        if act.constraint.kind == "not null":
            yield from ((act.table, column) for column in act.constraint.columns)


def _fills(default: Expression | None) -> bool:
    return default is not None and not default.is_null


def _unknown(table: str, column: str, before: Known) -> str:
    """Nothing for a column of this very revision, which the running release cannot know; else what decides."""
    if before.table(table).triggers:
        return f"whether a trigger of {table} fills {column}"
    added = (act for statement in before.done for act in statement.of(AddColumn))
    if any((act.table, act.column.name) == (table, column) for act in added):
        return ""
    if not before.table(table).is_known:
        return f"whether {table}.{column} has a default"
    return f"whether the running release writes {column} in every INSERT"
