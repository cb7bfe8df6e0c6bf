"""comment on ticket.what; comment on ticket; 1 more

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
    'change': 'set_comment',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column("ticket", "what", comment="what it's: 100 %")
    op.create_table_comment("ticket", "new")
    op.alter_column("ticket", "id", comment=None)


def downgrade() -> None:
    op.alter_column("ticket", "id", comment="old")
    op.drop_table_comment("ticket")
    op.alter_column("ticket", "what", comment=None)
