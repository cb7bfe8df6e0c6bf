"""cascade-delete-added: from here on a DELETE of one row deletes rows of a table in use, and nobody asks.

The running release may delete parents that the old constraint protected.
Source: PostgreSQL documentation, "Constraints", Foreign Keys, ON DELETE CASCADE.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint
from pgwright.hazards.columns import made_constraints
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW811"
SEVERITY = "info"
SEEN = "catalog"
ACTS = (AddConstraint, AddColumn)
OBSERVE = Observation(
    query="SELECT EXISTS (SELECT FROM pg_constraint WHERE confdeltype = 'c' AND conrelid = 'orders'::regclass)"
)
WHEN = "rows of {table} are deleted with what they refer to in {parent}"
EFFECT = "One DELETE in {parent} takes any number of rows of {table}, and what refers to those in turn."
INSTEAD = """
# leave ON DELETE out: the DELETE is refused then, and the application says what is to happen to {table}
"""
BEFORE = """
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, buyer bigint, seller bigint REFERENCES users);
CREATE INDEX orders_buyer ON orders (buyer);
"""
BAD = (
    sql(
        "ALTER TABLE orders ADD CONSTRAINT buyers FOREIGN KEY (buyer) REFERENCES users ON DELETE CASCADE NOT VALID",
        "ALTER TABLE orders DROP CONSTRAINT buyers",
    ),
    sql("ALTER TABLE orders ADD agent bigint REFERENCES users ON DELETE CASCADE", "ALTER TABLE orders DROP agent"),
)
GOOD = (
    sql(
        "ALTER TABLE orders ADD CONSTRAINT buyers FOREIGN KEY (buyer) REFERENCES users NOT VALID",
        "ALTER TABLE orders DROP CONSTRAINT buyers",
    ),
    sql("CREATE TABLE items (id bigint PRIMARY KEY REFERENCES orders ON DELETE CASCADE)", "DROP TABLE items"),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for table, key in made_constraints(statement, "foreign key"):
        if key.on_delete == "cascade" and before.holds_rows(table):
            yield found(statement, table=table, parent=key.references)
