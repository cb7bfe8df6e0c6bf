"""create type channel

An enum with its labels in order; columns of this type come after it.

Phase: expand

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
    'change': 'create_enum',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute("CREATE TYPE channel AS ENUM ('web', 'phone', 'it''s: odd')")


def downgrade() -> None:
    op.execute("DROP TYPE channel")


# ----------------------------------------------------------------------------------------------------

"""add channel to orders; add channels to orders

The default is the same for every row: PostgreSQL keeps it in the catalog and rewrites
nothing.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than channel
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'channel' AND NOT attisdropped AND atttypid = 'channel'::regtype
  -- rows without a value
  SELECT count(*) FROM orders WHERE channel IS NULL
  -- the column is missing or of another type than channel[]
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'channels' AND NOT attisdropped AND atttypid = 'channel[]'::regtype
  -- rows without a value
  SELECT count(*) FROM orders WHERE channels IS NULL

Revision ID: 000000000002
Revises: 000000000001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "000000000002"
down_revision = "000000000001"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'add_column',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'channel' AND NOT attisdropped AND atttypid = 'channel'::regtype", 'SELECT count(*) FROM orders WHERE channel IS NULL', "SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'channels' AND NOT attisdropped AND atttypid = 'channel[]'::regtype", 'SELECT count(*) FROM orders WHERE channels IS NULL'],
}


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column(
            "channel",
            postgresql.ENUM("web", "phone", "it's: odd", name="channel", create_type=False),
            server_default="web",
            nullable=True,
        ),
    )
    op.add_column(
        "orders",
        sa.Column(
            "channels",
            postgresql.ARRAY(postgresql.ENUM("web", "phone", "it's: odd", name="channel", create_type=False)),
            server_default=sa.text('\'{"web","it\'\'s: odd"}\'::channel[]'),
            nullable=True,
        ),
    )


def downgrade() -> None:
    op.drop_column("orders", "channels")
    op.drop_column("orders", "channel")
