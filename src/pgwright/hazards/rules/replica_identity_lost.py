"""replica-identity-lost: a published table without its key refuses every UPDATE and DELETE.

Source: PostgreSQL documentation, "Publication", replica identity.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import DropColumn, DropConstraint
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW407"
SEVERITY = "error"
SEEN = "app"
ACTS = (DropConstraint, DropColumn)
OBSERVE = Observation(app=("UPDATE orders SET note = 'x' WHERE id = 1",))
WHEN = "{table} is published and loses the primary key that identifies its rows"
EFFECT = "From that moment every UPDATE and DELETE on {table} fails: it has no replica identity and publishes updates."
INSTEAD = """
# first another identity: a unique index, not partial, on columns that are NOT NULL
op.execute("ALTER TABLE {table} REPLICA IDENTITY USING INDEX <index>")
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE UNIQUE INDEX orders_by_id ON orders (id);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
CREATE PUBLICATION feed FOR TABLE orders;
"""
BAD = (
    revision(up='op.drop_constraint("orders_pkey", "orders", type_="primary")'),
    revision(up="""op.execute("ALTER TABLE orders ADD new_id bigint, DROP CONSTRAINT orders_pkey")"""),
)
GOOD = revision(
    up="""
    op.execute("ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_by_id")
    op.drop_constraint("orders_pkey", "orders", type_="primary")
    """
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if not isinstance(act, DropConstraint | DropColumn):
            continue
        table = before.table(act.table)
        if table.is_new or table.replica_identity != "default" or not before.is_published(act.table):
            continue
        if isinstance(act, DropColumn):
            is_key = act.column in table.primary_key
        else:
            key = table.constraints.get(act.name)
            is_key = key is not None and key.kind == "primary key"
        if is_key:
            yield found(statement, table=act.table)
