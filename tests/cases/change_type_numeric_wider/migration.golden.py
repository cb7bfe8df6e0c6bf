"""change orders.total to numeric(14,2)

Values are stored alike in both types: nothing is read or rewritten.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- The downgrade reads the table, and refuses what is too long.

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
    'change': 'change_type',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column(
        "orders",
        "total",
        type_=sa.Numeric(precision=14, scale=2),
        existing_type=sa.Numeric(precision=10, scale=2),
    )


def downgrade() -> None:
    op.alter_column(
        "orders",
        "total",
        type_=sa.Numeric(precision=10, scale=2),
        existing_type=sa.Numeric(precision=14, scale=2),
    )
