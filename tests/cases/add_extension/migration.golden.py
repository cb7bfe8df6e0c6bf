"""add extension pgcrypto

Only new objects; no table is locked.

Phase: expand

Notes:
- The role that applies it must be allowed to, and the server must offer the extension.

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
    'change': 'add_extension',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pgcrypto")


def downgrade() -> None:
    op.execute("DROP EXTENSION pgcrypto")
