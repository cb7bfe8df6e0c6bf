"""add token to orders

The column starts nullable: rows that are there are filled by the next revision, then it
is enforced.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than uuid
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'token' AND NOT attisdropped AND atttypid = 'uuid'::regtype

Revision ID: 000000000001
Revises: 
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "000000000001"
down_revision = None
branch_labels = None
depends_on = None

pgwright = {
    'change': 'add_column',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'token' AND NOT attisdropped AND atttypid = 'uuid'::regtype"],
}


def upgrade() -> None:
    op.add_column("orders", sa.Column("token", postgresql.UUID(), nullable=True))
    op.alter_column("orders", "token", server_default=sa.text("gen_random_uuid()"))


def downgrade() -> None:
    op.drop_column("orders", "token")


# ----------------------------------------------------------------------------------------------------

"""fill token of orders

In batches, each its own transaction: a row is locked for milliseconds, and an
interrupted run can be repeated, because filled rows no longer match.

Phase: backfill
Locks: ROW EXCLUSIVE on orders; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which token is NULL
  SELECT count(*) FROM orders WHERE token IS NULL

Revision ID: 000000000002
Revises: 000000000001
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000002"
down_revision = "000000000001"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'add_column',
    'phase': 'backfill',
    'table': 'orders',
    'set': {'token': 'gen_random_uuid()'},
    'where': 'token IS NULL',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM orders WHERE token IS NULL'],
}


def upgrade() -> None:
    fill = "UPDATE orders SET token = gen_random_uuid() WHERE token IS NULL"
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('orders') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""let no new row of orders leave token empty

NOT VALID: new and changed rows are checked from now on, the others by the next
revision.

Phase: enforce
Locks: ACCESS EXCLUSIVE on orders for an instant

Validation: each count must be 0
  -- rows in which token is NULL
  SELECT count(*) FROM orders WHERE token IS NULL

Notes:
- Every release that runs from here on must write orders.token.

Revision ID: 000000000003
Revises: 000000000002
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000003"
down_revision = "000000000002"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'add_column',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE token IS NULL'],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT orders_token_not_null NOT NULL token "
        "NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT orders_token_not_null")


# ----------------------------------------------------------------------------------------------------

"""make orders.token NOT NULL

VALIDATE reads the rows that were there before the constraint; nobody waits for it.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which token is NULL
  SELECT count(*) FROM orders WHERE token IS NULL

Revision ID: 000000000004
Revises: 000000000003
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000004"
down_revision = "000000000003"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'add_column',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE token IS NULL'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT orders_token_not_null")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT orders_token_not_null")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT orders_token_not_null NOT NULL token "
        "NOT VALID"
    )
