"""add-fk-validated: a foreign key checks every row while writers of both tables wait.

`ADD COLUMN ... REFERENCES` without a default checks nothing (measured); Alembic's add_column with a ForeignKey sends
the constraint as a statement of its own, which does.
Source: PostgreSQL documentation, ALTER TABLE, ADD table_constraint, NOT VALID.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddConstraint
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.names import quoted
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW110"
SEVERITY = "error"
SEEN = "lock"
ACTS = (AddConstraint,)
OBSERVE = Observation(lock="ShareRowExclusiveLock")
WHEN = "foreign key from {table} to {parent} added without NOT VALID"
EFFECT = "SHARE ROW EXCLUSIVE on {table} and {parent} while every row of {table} is checked: writers of both wait."
INSTEAD = """
op.create_foreign_key({name!r}, {table!r}, {parent!r}, {columns!r}, {referenced!r}, postgresql_not_valid=True)
# in a second transaction: SHARE UPDATE EXCLUSIVE, others go on writing
op.execute({validate!r})
"""
BEFORE = """
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
INSERT INTO users SELECT g FROM generate_series(1, 500) g;
INSERT INTO orders SELECT g, g FROM generate_series(1, 500) g;
"""
BAD = (
    revision(
        up='op.create_foreign_key("orders_user", "orders", "users", ["user_id"], ["id"])',
        down='op.drop_constraint("orders_user", "orders")',
    ),
    revision(
        up='op.add_column("orders", sa.Column("buyer", sa.BigInteger(), sa.ForeignKey("users.id")))',
        down='op.drop_column("orders", "buyer")',
    ),
)
GOOD = revision(
    up="""
    with op.get_context().autocommit_block():
        op.create_foreign_key("orders_user", "orders", "users", ["user_id"], ["id"], postgresql_not_valid=True)
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT orders_user")
    """,
    down='op.drop_constraint("orders_user", "orders")',
)


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(AddConstraint):
        key = act.constraint
        if key.kind != "foreign key" or not key.validated or not key.enforced or not before.holds_rows(act.table):
            continue
        name = key.name or f"{act.table}_{'_'.join(key.columns)}_fkey"
        yield found(
            statement,
            table=act.table,
            parent=key.references,
            name=name,
            columns=list(key.columns),
            referenced=list(key.referenced),
            validate=f"ALTER TABLE {quoted(act.table)} VALIDATE CONSTRAINT {quoted(name)}",
        )
