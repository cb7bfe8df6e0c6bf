"""grant insert on accounts to pg_monitor

Only the catalog changes.

Phase: expand

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
    'change': 'grant',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute("GRANT INSERT ON accounts TO pg_monitor")


def downgrade() -> None:
    op.execute("REVOKE INSERT ON accounts FROM pg_monitor")


# ----------------------------------------------------------------------------------------------------

"""grant update on accounts to pg_monitor

Only the catalog changes.

Phase: expand

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
    'change': 'grant',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute("GRANT UPDATE (cents, changed) ON accounts TO pg_monitor")


def downgrade() -> None:
    op.execute("REVOKE UPDATE (cents, changed) ON accounts FROM pg_monitor")
