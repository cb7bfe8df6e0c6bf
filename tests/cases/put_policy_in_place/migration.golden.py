"""replace policy readers of accounts

In one transaction: no statement sees the table without it.

Phase: expand
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
    'change': 'put_policy',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute("DROP POLICY readers ON accounts")
    op.execute(
        "CREATE POLICY readers ON accounts AS RESTRICTIVE FOR UPDATE USING (owner "
        "<> 'nobody')"
    )


def downgrade() -> None:
    op.execute("DROP POLICY readers ON accounts")
    op.execute(
        "CREATE POLICY readers ON accounts FOR SELECT USING ((owner = "
        "CURRENT_USER))"
    )
    op.execute("COMMENT ON POLICY readers ON accounts IS 'each their own'")
