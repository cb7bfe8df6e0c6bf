"""delete-cascade-victims: a DELETE that names one table also deletes rows of those that refer to it.

Source: PostgreSQL documentation, "Foreign Keys", ON DELETE CASCADE.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Delete
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW406"
SEVERITY = "warning"
SEEN = "rows"
ACTS = (Delete,)
DATA_LOSS = True
OBSERVE = Observation(query="SELECT count(*) < 500 FROM items")
WHEN = "DELETE on {table} also deletes rows of {children} by ON DELETE CASCADE"
EFFECT = (
    "The statement does not name {children}; their rows are gone for good, and each delete of a parent looks for them."
)
INSTEAD = """
# say which parents have no children that matter, for instance
op.execute("DELETE FROM ... WHERE NOT EXISTS (SELECT FROM {first} ...)")
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 600) g;
CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id) ON DELETE CASCADE);
INSERT INTO items SELECT g, g FROM generate_series(1, 500) g;
"""
BAD = revision(up='op.execute("DELETE FROM orders WHERE id < 50")')
GOOD = revision(
    up='op.execute("DELETE FROM orders WHERE NOT EXISTS (SELECT FROM items WHERE items.order_id = orders.id)")'
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Delete):
        children = sorted(
            {
                child.name
                for child, _, constraint in before.referencing(act.table)
                if constraint.on_delete == "cascade" and child.holds_rows and child.name not in (act.table, *act.reads)
            }
        )
        if children:
            yield found(statement, table=act.table, children=", ".join(children), first=children[0])
