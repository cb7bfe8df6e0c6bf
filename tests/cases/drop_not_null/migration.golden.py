"""let orders.status be NULL

Only the catalog changes.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- The downgrade refuses once a NULL has been written.

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
    'change': 'drop_not_null',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column("orders", "status", nullable=True)


def downgrade() -> None:
    op.alter_column("orders", "status", nullable=False)
