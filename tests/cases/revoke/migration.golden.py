"""revoke delete on accounts from pg_monitor

Only the catalog changes.

Phase: contract

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'revoke',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("REVOKE DELETE ON accounts FROM pg_monitor")


def downgrade() -> None:
    op.execute("GRANT DELETE ON accounts TO pg_monitor")


# ----------------------------------------------------------------------------------------------------

"""revoke update on accounts from public

Only the catalog changes.

Phase: contract

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'revoke',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("REVOKE UPDATE (cents) ON accounts FROM PUBLIC")


def downgrade() -> None:
    op.execute("GRANT UPDATE (cents) ON accounts TO PUBLIC")
