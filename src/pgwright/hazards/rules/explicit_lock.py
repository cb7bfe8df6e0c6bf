"""explicit-lock: LOCK TABLE keeps others out until the transaction ends.

Source: PostgreSQL documentation, LOCK; "Explicit Locking", table of conflicting modes.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import LockTable
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.locks import BLOCKS_READS, BLOCKS_WRITES, WORDS
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW124"
SEVERITY = "error"
SEEN = "lock"
ACTS = (LockTable,)
OBSERVE = Observation(on="public.orders", short=True)
WHEN = "LOCK TABLE {table} IN {mode} MODE"
EFFECT = "{who} of {table} wait from here to the end of the transaction, whatever it still does."
INSTEAD = """
# Every statement takes the lock that it needs. Against a change of what was read, lock the rows alone:
op.execute("SELECT ... FROM {table} WHERE ... FOR UPDATE")
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = (
    revision(up='op.execute("LOCK TABLE orders")'),
    revision(up='op.execute("LOCK TABLE orders IN SHARE ROW EXCLUSIVE MODE")'),
)
GOOD = (
    revision(up='op.execute("SELECT id FROM orders WHERE id = 1 FOR UPDATE")'),
    revision(up='op.execute("LOCK TABLE orders IN ROW EXCLUSIVE MODE")'),
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(LockTable):
        if act.mode in BLOCKS_WRITES and before.holds_rows(act.table):
            who = "Readers and writers" if act.mode in BLOCKS_READS else "Writers"
            yield found(statement, table=act.table, mode=WORDS[act.mode], who=who)
