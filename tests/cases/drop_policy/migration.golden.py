"""disable row security of accounts

Which rows a session sees changes with this commit, for old and new code alike.

Phase: switch
Locks: ACCESS EXCLUSIVE on accounts for an instant

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
    'change': 'set_row_security',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TABLE accounts DISABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("ALTER TABLE accounts ENABLE ROW LEVEL SECURITY")


# ----------------------------------------------------------------------------------------------------

"""drop policy writers of accounts

Only the catalog changes.

Phase: contract
Locks: ACCESS EXCLUSIVE on accounts for an instant

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
    'change': 'drop_policy',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("DROP POLICY writers ON accounts")


def downgrade() -> None:
    op.execute(
        "CREATE POLICY writers ON accounts AS RESTRICTIVE FOR UPDATE TO pg_monitor "
        "USING ((owner = CURRENT_USER)) WITH CHECK ((cents > 0))"
    )
