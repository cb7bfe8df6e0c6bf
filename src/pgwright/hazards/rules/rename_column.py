"""rename-column: the running release asks for a column that is gone.

Source: zero-downtime practice; the example runs the previous release's statements after the upgrade.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Rename
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW303"
SEVERITY = "error"
SEEN = "app"
ACTS = (Rename,)
OBSERVE = Observation(app=("SELECT id, note FROM orders", "INSERT INTO orders (id, note) VALUES (1001, 'x')"))
WHEN = "{table}.{old} is renamed to {new}"
EFFECT = "Code of the release that still runs names {old}: every such statement fails from the moment of the rename."
INSTEAD = """
op.add_column({table!r}, sa.Column({new!r}, <type>, nullable=True))
# keep both equal with a trigger, fill old rows in batches, move the code over, then drop {old!r} in a later release
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = revision(
    up='op.alter_column("orders", "note", new_column_name="remark")',
    down='op.alter_column("orders", "remark", new_column_name="note")',
)
GOOD = revision(
    up='op.add_column("orders", sa.Column("remark", sa.Text()))',
    down='op.drop_column("orders", "remark")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Rename):
        if act.kind == "column" and not before.table(act.name).is_new:
            yield found(statement, table=act.name, old=act.old, new=act.new)
