"""add euros to accounts

The default is the same for every row: PostgreSQL keeps it in the catalog and rewrites
nothing.

Phase: expand
Locks: ACCESS EXCLUSIVE on accounts for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than numeric
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'accounts'::regclass AND attname = 'euros' AND NOT attisdropped AND atttypid = 'numeric'::regtype

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
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'accounts'::regclass AND attname = 'euros' AND NOT attisdropped AND atttypid = 'numeric'::regtype"],
}


def upgrade() -> None:
    op.add_column(
        "accounts",
        sa.Column(
            "euros",
            sa.Numeric(),
            sa.Computed("cents / 100.0", persisted=False),
            nullable=True,
        ),
    )


def downgrade() -> None:
    op.drop_column("accounts", "euros")
