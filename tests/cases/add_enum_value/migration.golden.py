"""add it's back to type state

Only the catalog changes. No release may write the label before every release can read
it.

Phase: expand

Validation: each count must be 0
  -- the label is missing
  SELECT 1 - count(*) FROM pg_enum WHERE enumtypid = 'state'::regtype AND enumlabel = 'it''s back'

Notes:
- The downgrade makes the type anew: it rewrites the tables that use it, and refuses
  while a row has the label.

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
    'change': 'add_enum_value',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_enum WHERE enumtypid = 'state'::regtype AND enumlabel = 'it''s back'"],
}


def upgrade() -> None:
    op.execute("ALTER TYPE state ADD VALUE IF NOT EXISTS 'it''s back' AFTER 'new'")


def downgrade() -> None:
    op.execute("ALTER TYPE state RENAME TO state_old")
    op.execute("CREATE TYPE state AS ENUM ('new', 'paid', 'odd')")
    op.execute("DROP INDEX ix_orders_status")
    op.execute("ALTER TABLE orders ALTER COLUMN status DROP DEFAULT")
    op.execute(
        "ALTER TABLE orders ALTER COLUMN status TYPE state USING "
        "status::text::state"
    )
    op.execute("ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new'::public.state")
    op.create_index(
        op.f("ix_orders_status"),
        "orders",
        ["status"],
        unique=False,
        postgresql_where=sa.text("(status <> 'new'::public.state)"),
    )
    op.execute("ALTER TABLE orders ALTER COLUMN was DROP DEFAULT")
    op.execute(
        "ALTER TABLE orders ALTER COLUMN was TYPE state[] USING "
        "was::text[]::state[]"
    )
    op.execute(
        "ALTER TABLE orders ALTER COLUMN was SET DEFAULT '{new}'::public.state[]"
    )
    op.execute("DROP TYPE state_old")
    op.execute("COMMENT ON TYPE state IS 'of an order'")
