"""add-check-validated: a CHECK reads every row while nobody else can.

A CHECK beside a new column reads them too, though every value is the same (measured on 18).
Source: PostgreSQL documentation, ALTER TABLE, ADD table_constraint, NOT VALID.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, Constraint
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW107"
SEVERITY = "error"
SEEN = "lock"
ACTS = (AddConstraint, AddColumn)
OBSERVE = Observation(lock="AccessExclusiveLock", on="public.orders")
WHEN = "CHECK ({check}) added to {table} without NOT VALID"
EFFECT = "ACCESS EXCLUSIVE lock on {table} while every row is checked: nobody reads or writes it meanwhile."
INSTEAD = """
op.create_check_constraint({name!r}, {table!r}, {check!r}, postgresql_not_valid=True)   # guards new rows, at once
# in a second transaction: reads the table while others read and write it
op.execute({validate!r})
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, total int);
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
"""
BAD = (
    revision(
        up='op.create_check_constraint("total_positive", "orders", "total > 0")',
        down='op.drop_constraint("total_positive", "orders")',
    ),
    revision(
        up='op.execute("ALTER TABLE orders ADD rate int DEFAULT 1 CHECK (rate > 0)")',
        down='op.drop_column("orders", "rate")',
    ),
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.create_check_constraint("total_positive", "orders", "total > 0", postgresql_not_valid=True)
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT total_positive")
    """,
    down='op.drop_constraint("total_positive", "orders")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for table, check in _checks(statement):
        if check.kind != "check" or not check.validated or not check.enforced or not before.holds_rows(table):
            continue
        name = check.name or "_".join((table.rpartition(".")[2], *check.columns, "check"))
        yield found(
            statement,
            table=table,
            check=check.expression.text if check.expression else "",
            name=name,
            validate=f"ALTER TABLE {quoted(table)} VALIDATE CONSTRAINT {quoted(name)}",
        )


def _checks(statement: Statement) -> Iterator[tuple[str, Constraint]]:
    for act in statement.of(AddConstraint):
        yield act.table, act.constraint
    for add in statement.of(AddColumn):
        yield from ((add.table, one) for one in add.column.constraints)
