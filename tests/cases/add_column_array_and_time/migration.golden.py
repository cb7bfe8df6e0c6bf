"""add tags to orders; add placed_at to orders; 2 more

The default is the same for every row: PostgreSQL keeps it in the catalog and rewrites
nothing.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than text[]
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'tags' AND NOT attisdropped AND atttypid = 'text[]'::regtype
  -- rows without a value
  SELECT count(*) FROM orders WHERE tags IS NULL
  -- the column is missing or of another type than timestamptz
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'placed_at' AND NOT attisdropped AND atttypid = 'timestamptz'::regtype
  -- rows without a value
  SELECT count(*) FROM orders WHERE placed_at IS NULL
  -- the column is missing or of another type than double precision
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'rate' AND NOT attisdropped AND atttypid = 'double precision'::regtype
  -- rows without a value
  SELECT count(*) FROM orders WHERE rate IS NULL
  -- the column is missing or of another type than char(2)
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'code' AND NOT attisdropped AND atttypid = 'char(2)'::regtype
  -- rows without a value
  SELECT count(*) FROM orders WHERE code IS NULL

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
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'tags' AND NOT attisdropped AND atttypid = 'text[]'::regtype", 'SELECT count(*) FROM orders WHERE tags IS NULL', "SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'placed_at' AND NOT attisdropped AND atttypid = 'timestamptz'::regtype", 'SELECT count(*) FROM orders WHERE placed_at IS NULL', "SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'rate' AND NOT attisdropped AND atttypid = 'double precision'::regtype", 'SELECT count(*) FROM orders WHERE rate IS NULL', "SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'code' AND NOT attisdropped AND atttypid = 'char(2)'::regtype", 'SELECT count(*) FROM orders WHERE code IS NULL'],
}


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column(
            "tags",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=False,
        ),
    )
    op.add_column(
        "orders",
        sa.Column(
            "placed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column(
        "orders",
        sa.Column(
            "rate",
            postgresql.DOUBLE_PRECISION(),
            server_default=sa.text("'-1.5'::double precision"),
            nullable=True,
        ),
    )
    op.add_column(
        "orders",
        sa.Column("code", sa.CHAR(length=2), server_default="a", nullable=True),
    )


def downgrade() -> None:
    op.drop_column("orders", "code")
    op.drop_column("orders", "rate")
    op.drop_column("orders", "placed_at")
    op.drop_column("orders", "tags")
