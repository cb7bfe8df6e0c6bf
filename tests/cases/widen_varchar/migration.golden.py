"""widen customer.name to varchar(120)

Values are stored alike in both types: nothing is read or rewritten.

Phase: expand
Locks: ACCESS EXCLUSIVE on customer for an instant

Notes:
- The downgrade refuses once a value longer than character varying(40) has been written.

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
    'change': 'widen_column',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column(
        "customer",
        "name",
        type_=sa.String(length=120),
        existing_type=sa.String(length=40),
    )


def downgrade() -> None:
    op.alter_column(
        "customer",
        "name",
        type_=sa.String(length=40),
        existing_type=sa.String(length=120),
    )
