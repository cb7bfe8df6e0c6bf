"""rename-constraint: ON CONFLICT ON CONSTRAINT and error handling name a constraint, and the running release names the old one.

Source: PostgreSQL documentation, INSERT, ON CONFLICT; the example runs the previous release's statement.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Rename
from pgwright.hazards.example import sql
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW310"
SEVERITY = "info"
SEEN = "app"
ACTS = (Rename,)
OBSERVE = Observation(
    app=("INSERT INTO orders (id, number) VALUES (1, 'x') ON CONFLICT ON CONSTRAINT orders_number DO NOTHING",)
)
WHEN = "{kind} {old} of {table} is renamed to {new}"
EFFECT = "ON CONFLICT ON CONSTRAINT {old} fails from that moment, and code that looks for {old} in an error misses it."
INSTEAD = """
# look for {old} in the code of the release that runs; use ON CONFLICT (<columns>) there first
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, number text CONSTRAINT orders_number UNIQUE);
CREATE INDEX ix_orders ON orders (id, number);
"""
BAD = (
    sql(
        "ALTER TABLE orders RENAME CONSTRAINT orders_number TO uq_orders_number",
        "ALTER TABLE orders RENAME CONSTRAINT uq_orders_number TO orders_number",
    ),
    sql("ALTER INDEX orders_number RENAME TO uq_orders", "ALTER INDEX uq_orders RENAME TO orders_number"),
)
GOOD = sql("ALTER INDEX ix_orders RENAME TO ix_orders_id", "ALTER INDEX ix_orders_id RENAME TO ix_orders")


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Rename):
        table, name = before.table(act.name), act.name
        if act.kind == "index":
            index = before.index(act.name)
            if index is None or index[1].constraint is None:
                continue
            table, name = index[0], index[0].name
        elif act.kind != "constraint":
            continue
        constraint = table.constraints.get(act.old)
        if constraint is not None and constraint.kind not in ("primary key", "unique", "exclusion"):
            continue
        if not table.is_new:
            unknown = "" if constraint else f"whether {act.old} is unique"
            kind = constraint.kind if constraint else "constraint"
            yield found(statement, kind=kind, table=name, old=act.old, new=act.new, unknown=unknown)
