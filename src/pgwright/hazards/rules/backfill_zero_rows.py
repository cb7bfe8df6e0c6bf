"""backfill-zero-rows: an UPDATE that looks for null in a column which has a value in every row: nothing happens.

A column that is added with a default has it in the rows that stood before, at once.
Source: PostgreSQL documentation, ALTER TABLE, ADD COLUMN, notes on DEFAULT.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, Update
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW605"
SEVERITY = "info"
SEEN = "rows"
ACTS = (Update,)
OBSERVE = Observation(query="SELECT NOT EXISTS (SELECT FROM orders WHERE note = 'filled')")
WHEN = "no row of {table} matches: {column} is null nowhere"
EFFECT = "{why}; the UPDATE reads the whole table and fills nothing."
INSTEAD = """
# add {column} without a default and set the default in a second step, or leave the UPDATE out
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text, code text NOT NULL);
INSERT INTO orders SELECT g, 'n', 'c' FROM generate_series(1, 500) g;
"""
BAD = (
    revision(
        up="""
        op.add_column("orders", sa.Column("state", sa.Text(), server_default="new"))
        op.execute("UPDATE orders SET note = 'filled', state = 'old' WHERE state IS NULL")
        """
    ),
    revision(up="""op.execute("UPDATE orders SET note = 'filled', code = 'x' WHERE code IS NULL")"""),
    revision(up="""op.execute("UPDATE orders SET note = 'filled' WHERE false")"""),
)
GOOD = revision(
    up="""
    op.add_column("orders", sa.Column("state", sa.Text()))
    op.alter_column("orders", "state", server_default="new")
    op.execute("UPDATE orders SET note = 'filled', state = 'old' WHERE state IS NULL")
    """
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Update):
        if act.where is None or not before.holds_rows(act.table):
            continue
        if act.where.text.strip().lower() == "false":
            yield found(statement, table=act.table, column="what it looks for", why="The condition is never true")
            continue
        nulls = re.fullmatch(r'(?:\w+\.)?"?(\w+)"?\s+IS\s+NULL', act.where.text.strip(), re.I)
        column = before.table(act.table).column(nulls[1]) if nulls else None
        if column is None:
            continue
        if column.not_null:
            yield found(statement, table=act.table, column=column.name, why=f"{column.name} is NOT NULL")
        elif _came_with_default(before, act.table, column.name):
            why = f"{column.name} was added with a default just before"
            yield found(statement, table=act.table, column=column.name, why=why)


def _came_with_default(before: Known, table: str, column: str) -> bool:
    """True when this script added the column with a default that is not null, and wrote nothing to it since."""
    added = False
    for act in (act for statement in before.done for act in statement.acts):
        if isinstance(act, AddColumn) and (act.table, act.column.name) == (table, column):
            default = act.column.default
            added = default is not None and not default.is_null and not act.if_not_exists
        elif isinstance(act, Update) and act.table == table and column in act.columns:
            added = False
    return added
