"""compute accounts.euros another way

Every row is computed and written anew: choose a quiet hour.

Phase: switch
Locks: ACCESS EXCLUSIVE on accounts while every row is written anew: everybody waits

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
    'change': 'set_expression',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE accounts ALTER COLUMN euros SET EXPRESSION AS (cents / 50.0)"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE accounts ALTER COLUMN euros SET EXPRESSION AS "
        "(((cents)::numeric / 100.0))"
    )
