"""add remark to orders

The column is nullable, so old code, which does not know it, goes on as before.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than text
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'remark' AND NOT attisdropped AND atttypid = 'text'::regtype

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
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'remark' AND NOT attisdropped AND atttypid = 'text'::regtype"],
}


def upgrade() -> None:
    op.add_column("orders", sa.Column("remark", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "remark")


# ----------------------------------------------------------------------------------------------------

"""drop note from orders

The column leaves the catalog; its bytes stay in old rows until those are rewritten.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The values do not come back: the downgrade rebuilds the structure only. Take a backup
  of the column first.

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.drop_column("orders", "note")


def downgrade() -> None:
    op.add_column("orders", sa.Column("note", sa.Text(), nullable=True))
