"""truncate-blocking: TRUNCATE keeps readers and writers out until its transaction ends.

It waits for every running query, a dump of the database among them. That the rows are gone is another finding.
Source: PostgreSQL documentation, TRUNCATE, notes.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Truncate
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW126"
SEVERITY = "warning"
SEEN = "lock"
ACTS = (Truncate,)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.orders", short=True)
WHEN = "TRUNCATE {table}, which held rows before this revision"
EFFECT = "ACCESS EXCLUSIVE on {tables}: it waits for every running query, and all who come later wait behind it."
INSTEAD = """
with op.get_context().autocommit_block():
    ...  # DELETE FROM {table} for some thousand keys at a time
"""
BEFORE = """
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
INSERT INTO users SELECT g FROM generate_series(1, 500) g;
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
"""
BAD = (
    revision(up='op.execute("TRUNCATE orders")'),
    revision(up='op.execute("TRUNCATE users CASCADE")'),
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.execute("DELETE FROM orders WHERE id IN (SELECT id FROM orders LIMIT 50)")
    """
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(Truncate):
        if before.holds_rows(act.table):
            tables = [act.table]
            if act.cascade:
                tables += [one.name for one, _, _ in before.referencing(act.table) if one.name != act.table]
            yield found(statement, table=act.table, tables=" and ".join(dict.fromkeys(tables)))
