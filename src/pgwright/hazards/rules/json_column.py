"""json-column: json has no equality: DISTINCT, GROUP BY and UNION over the row fail.

Source: PostgreSQL documentation, JSON Types; SQLSTATE 42883.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AlterType
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW318"
SEVERITY = "error"
SEEN = "app"
ACTS = (AddColumn, AlterType)
OBSERVE = Observation(app=("SELECT DISTINCT o.* FROM orders o",))
WHEN = "{table}.{column} gets the type json"
EFFECT = "json has no equality operator: SELECT DISTINCT, GROUP BY and UNION of the running release over the row fail (42883)."
INSTEAD = """
sa.Column({column!r}, postgresql.JSONB())
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = revision(
    up='op.add_column("orders", sa.Column("extra", sa.JSON()))',
    down='op.drop_column("orders", "extra")',
)
GOOD = revision(
    up='op.add_column("orders", sa.Column("extra", postgresql.JSONB()))',
    down='op.drop_column("orders", "extra")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    added = [(act.table, act.column.name, act.column.type) for act in statement.of(AddColumn)]
    altered = [(act.table, act.column, act.type) for act in statement.of(AlterType)]
    for table, name, type_ in (*added, *altered):
        old = before.table(table).column(name)
        was_json = old is not None and old.type.name == "json"
        if type_.name == "json" and not was_json and not before.table(table).is_new:
            yield found(statement, table=table, column=name)
