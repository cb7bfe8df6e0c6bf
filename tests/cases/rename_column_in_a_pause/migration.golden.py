"""rename orders.note to remark

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
    'change': 'rename_column',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column("orders", "note", new_column_name="remark")


def downgrade() -> None:
    op.alter_column("orders", "remark", new_column_name="note")
