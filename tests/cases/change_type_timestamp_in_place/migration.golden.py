"""change visit.at to timestamptz

Values are stored alike in both types: nothing is read or rewritten.

Phase: expand
Locks: ACCESS EXCLUSIVE on visit for an instant

Notes:
- Values without a zone count as UTC; give `using` for another.
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
    op.execute("SET LOCAL TimeZone = 'UTC'")
    op.alter_column(
        "visit",
        "at",
        type_=sa.DateTime(timezone=True),
        existing_type=sa.DateTime(),
    )


def downgrade() -> None:
    op.execute("SET LOCAL TimeZone = 'UTC'")
    op.alter_column(
        "visit",
        "at",
        type_=sa.DateTime(),
        existing_type=sa.DateTime(timezone=True),
    )
