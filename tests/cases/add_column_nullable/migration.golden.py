"""add shipped_at to orders

The column is nullable, so old code, which does not know it, goes on as before.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than timestamptz
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'shipped_at' AND NOT attisdropped AND atttypid = 'timestamptz'::regtype

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
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'shipped_at' AND NOT attisdropped AND atttypid = 'timestamptz'::regtype"],
}


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.alter_column(
        "orders",
        "shipped_at",
        comment="when it left the house; it's optional",
    )


def downgrade() -> None:
    op.drop_column("orders", "shipped_at")
