"""add notification_preferences to person

The default is the same for every row: PostgreSQL keeps it in the catalog and rewrites
nothing.

Phase: expand
Locks: ACCESS EXCLUSIVE on person for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than jsonb
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'person'::regclass AND attname = 'notification_preferences' AND NOT attisdropped AND atttypid = 'jsonb'::regtype
  -- rows without a value
  SELECT count(*) FROM person WHERE notification_preferences IS NULL

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
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'person'::regclass AND attname = 'notification_preferences' AND NOT attisdropped AND atttypid = 'jsonb'::regtype", 'SELECT count(*) FROM person WHERE notification_preferences IS NULL'],
}


def upgrade() -> None:
    op.add_column(
        "person",
        sa.Column(
            "notification_preferences",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=True,
        ),
    )


def downgrade() -> None:
    op.drop_column("person", "notification_preferences")
