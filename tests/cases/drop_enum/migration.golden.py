"""drop type state

Nothing is of this type any more.

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
    'change': 'drop_enum',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("DROP TYPE state")


def downgrade() -> None:
    op.execute("CREATE TYPE state AS ENUM ('new', 'it''s')")
    op.execute("COMMENT ON TYPE state IS 'unused'")
