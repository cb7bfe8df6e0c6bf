"""add data to orders

The column is nullable, so old code, which does not know it, goes on as before.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than jsonb
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'data' AND NOT attisdropped AND atttypid = 'jsonb'::regtype

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
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'data' AND NOT attisdropped AND atttypid = 'jsonb'::regtype"],
}


def upgrade() -> None:
    op.add_column("orders", sa.Column("data", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "data")


# ----------------------------------------------------------------------------------------------------

"""index orders on data

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on orders while it is built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_data') AND indisvalid

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
    'change': 'add_index',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_data') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_data"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_orders_data"),
            "orders",
            [sa.text("data jsonb_path_ops")],
            unique=False,
            postgresql_using="gin",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_data"),
            table_name="orders",
            postgresql_concurrently=True,
        )
