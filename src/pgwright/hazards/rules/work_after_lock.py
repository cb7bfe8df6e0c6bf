"""work-after-lock: rows are changed in a transaction that holds a table locked.

Source: PostgreSQL documentation, "Explicit Locking": a lock is held until the transaction ends. 446 of 3,555 public
revisions mix the two.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import Delete, Insert, Update
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.locks import WORDS
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW114"
SEVERITY = "error"
SEEN = "lock"
ACTS = (Update, Delete, Insert)
WHEN = "{verb} on {table} while this transaction holds {mode} on {locked}"
EFFECT = "Everybody who needs {locked} waits until all rows of {table} are written and the transaction ends."
INSTEAD = """
# Put the change of rows into a revision of its own, in batches that commit:
with op.get_context().autocommit_block():
    ...  # the statement, for some thousand keys at a time
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
INSERT INTO orders SELECT g, 'n' FROM generate_series(1, 500) g;
"""
BAD = revision(
    up="""
    op.add_column("orders", sa.Column("state", sa.Text()))
    op.execute("UPDATE orders SET state = 'new'")
    """,
    down='op.drop_column("orders", "state")',
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.add_column("orders", sa.Column("state", sa.Text()))
        op.execute("UPDATE orders SET state = 'new' WHERE id IN (SELECT id FROM orders WHERE state IS NULL LIMIT 50)")
    """,
    down='op.drop_column("orders", "state")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if not isinstance(act, (Update, Delete, Insert)):
            continue
        if isinstance(act, Insert) and act.values:  # some literal rows are soon in
            continue
        held = before.holding()
        if held is not None and before.holds_rows(act.table):
            verb = type(act).__name__.upper()
            yield found(statement, table=act.table, locked=held.table, mode=WORDS[held.mode], verb=verb)
