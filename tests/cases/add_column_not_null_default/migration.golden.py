"""add is_gift to orders

The default is the same for every row: PostgreSQL keeps it in the catalog and rewrites
nothing.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than boolean
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'is_gift' AND NOT attisdropped AND atttypid = 'boolean'::regtype
  -- rows without a value
  SELECT count(*) FROM orders WHERE is_gift IS NULL

Revision ID: 000000000001
Revises: 
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000001"
down_revision = None
branch_labels = None
depends_on = None

pgwright = {
    'change': 'add_column',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'is_gift' AND NOT attisdropped AND atttypid = 'boolean'::regtype", 'SELECT count(*) FROM orders WHERE is_gift IS NULL'],
}


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column(
            "is_gift",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("orders", "is_gift")
