"""cascade-drop: CASCADE takes what hangs on the object with it, without asking and without a list.

Source: PostgreSQL documentation, Dependency Tracking; DROP TABLE and ALTER TABLE, CASCADE.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Drop, DropColumn, DropConstraint
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW309"
SEVERITY = "error"
SEEN = "app"
ACTS = (Drop, DropColumn, DropConstraint)
OBSERVE = Observation(app=("SELECT total FROM totals", "SELECT id FROM keys"))
WHEN = "{what} CASCADE takes {victims} with it"
EFFECT = (
    "{victims} go too: code that uses them fails, and a downgrade that makes {what} again does not bring them back."
)
INSTEAD = """
# name each victim: drop or change it first in a statement of its own, then without CASCADE
{drops}
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, total int);
CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint CONSTRAINT lines_order REFERENCES orders);
CREATE VIEW keys AS SELECT id FROM lines;
CREATE VIEW totals AS SELECT total FROM orders;
"""
BAD = (
    sql("DROP TABLE orders CASCADE"),
    sql("ALTER TABLE orders DROP total CASCADE"),
    sql("DROP TABLE lines CASCADE"),
)
GOOD = (
    sql("CREATE TABLE visits (id int); DROP TABLE visits CASCADE"),
    sql("ALTER TABLE orders ADD code text; ALTER TABLE orders DROP code CASCADE"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if not isinstance(act, Drop | DropColumn | DropConstraint) or not act.cascade:
            continue
        victims = list(_victims(act, before))
        if victims:
            what = {Drop: "DROP", DropColumn: "DROP COLUMN", DropConstraint: "DROP CONSTRAINT"}[type(act)]
            name = act.column if isinstance(act, DropColumn) else act.name
            drops = "\n".join(f"op.execute({text!r})" for _, text in victims)
            yield found(statement, what=f"{what} {name}", victims=", ".join(name for name, _ in victims), drops=drops)


def _victims(act: Drop | DropColumn | DropConstraint, before: Known) -> Iterator[tuple[str, str]]:
    """What goes too: its name in words, and the statement that drops it."""
    if isinstance(act, Drop) and act.kind not in ("table", "view", "materialized view"):
        return
    if not isinstance(act, DropConstraint):
        column = act.column if isinstance(act, DropColumn) else None
        table = act.table if isinstance(act, DropColumn) else act.name
        for view in before.dependents(table, column):
            yield f"{view.kind} {view.name}", f"DROP {view.kind.upper()} {quoted(view.name)}"
    else:
        table = act.table
    gone = before.table(table)
    kinds = ("primary key", "unique")
    for other, name, key in before.referencing(table):
        columns = key.referenced or gone.primary_key
        if isinstance(act, DropColumn) and act.column not in columns:
            continue
        if isinstance(act, DropConstraint):
            dropped = gone.constraints.get(act.name)
            if dropped is None or dropped.kind not in kinds or set(dropped.columns) != set(columns):
                continue
        drop = f"ALTER TABLE {quoted(other.name)} DROP CONSTRAINT {quoted(name)}"
        yield f"foreign key {name} of {other.name}", drop
