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
from pgwright.hazards.statement import Revision

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
CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders ON DELETE CASCADE);
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
    sql(  # it was so before
        """
        ALTER TABLE items DROP CONSTRAINT items_order_id_fkey;
        ALTER TABLE items ADD CONSTRAINT item_orders FOREIGN KEY (order_id) REFERENCES orders ON DELETE CASCADE NOT VALID
        """,
        "ALTER TABLE items RENAME CONSTRAINT item_orders TO items_order_id_fkey",
    ),
    sql("CREATE TABLE parcels (id bigint PRIMARY KEY REFERENCES orders ON DELETE CASCADE)", "DROP TABLE parcels"),
)


def detect_revision(revision: Revision, before: Known) -> Iterator[Found]:
    for statement in revision.upgrade.statements:
        for table, key in made_constraints(statement, "foreign key"):
            if key.on_delete != "cascade" or not before.table(table).holds_rows or table not in before.tables:
                continue
            old = (one for _, one in before.table(table).constraints_on(key.columns[0], "foreign key"))
            if not any(one.on_delete == "cascade" and one.references == key.references for one in old):
                yield found(statement, table=table, parent=key.references)
