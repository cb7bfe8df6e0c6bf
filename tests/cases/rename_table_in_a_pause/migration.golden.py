"""rename table orders to purchase

Only the catalog changes; indexes and constraints keep their names.

Phase: switch
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Code that uses the old name fails from this revision on: deploy together, in a pause.

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
    'change': 'rename_table',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders RENAME TO purchase")


def downgrade() -> None:
    op.execute("ALTER TABLE purchase RENAME TO orders")
