"""change the default of orders.status; drop the default of orders.total

It is used for new rows only; rows that are there keep what they have.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

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
    'change': 'alter_default',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column("orders", "status", server_default="draft")
    op.alter_column("orders", "total", server_default=None)


def downgrade() -> None:
    op.alter_column("orders", "total", server_default=sa.text("0"))
    op.alter_column("orders", "status", server_default=sa.text("'new'::text"))
