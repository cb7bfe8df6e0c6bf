"""validate-same-txn: NOT VALID and VALIDATE in one transaction: the strong lock of the first is held over the scan.

Source: PostgreSQL documentation, ALTER TABLE, VALIDATE CONSTRAINT; locks are held until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import ValidateConstraint
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.locks import WORDS
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW113"
SEVERITY = "error"
SEEN = "lock"
ACTS = (ValidateConstraint,)
WHEN = "VALIDATE CONSTRAINT {name} in a transaction that already holds {mode} on {table}"
EFFECT = (
    "The lock taken earlier in this transaction is held while every row of {table} is read, so NOT VALID won nothing."
)
INSTEAD = """
# Let the transaction end between the two: a revision of its own, or
with op.get_context().autocommit_block():
    op.execute({validate!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, total int);
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
"""
BAD = revision(
    up="""
    op.execute("ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0) NOT VALID")
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT total_positive")
    """,
    down='op.drop_constraint("total_positive", "orders")',
)
GOOD = revision(
    up="""
    op.execute("ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total > 0) NOT VALID")
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT total_positive")
    """,
    down='op.drop_constraint("total_positive", "orders")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(ValidateConstraint):
        held = before.holding(table=act.table)
        if held is not None:
            yield found(
                statement,
                table=act.table,
                name=act.name,
                mode=WORDS[held.mode],
                validate=f"ALTER TABLE {quoted(act.table)} VALIDATE CONSTRAINT {quoted(act.name)}",
            )
