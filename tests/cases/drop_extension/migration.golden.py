"""drop extension pgcrypto

Without CASCADE: the server refuses it while something uses it.

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
    'change': 'drop_extension',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("DROP EXTENSION pgcrypto")


def downgrade() -> None:
    op.execute("CREATE EXTENSION pgcrypto WITH SCHEMA public")
