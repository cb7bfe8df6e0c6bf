"""create policy own rows of accounts

Only the catalog changes.

Phase: expand
Locks: ACCESS EXCLUSIVE on accounts for an instant

Notes:
- Row security of accounts is not enabled: the policy says nothing yet.

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
    'change': 'put_policy',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        'CREATE POLICY "own rows" ON accounts USING (owner = CURRENT_USER) WITH '
        "CHECK (cents >= 0)"
    )


def downgrade() -> None:
    op.execute('DROP POLICY "own rows" ON accounts')


# ----------------------------------------------------------------------------------------------------

"""enable row security of accounts

Which rows a session sees changes with this commit, for old and new code alike.

Phase: switch
Locks: ACCESS EXCLUSIVE on accounts for an instant

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
    'change': 'set_row_security',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TABLE accounts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE accounts FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("ALTER TABLE accounts NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE accounts DISABLE ROW LEVEL SECURITY")
