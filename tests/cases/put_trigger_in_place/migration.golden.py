"""replace trigger note_change of accounts

It fires for whoever writes from now on; rows that are there are not touched.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on accounts for an instant: writers wait, readers do not

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
    'change': 'put_trigger',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "CREATE OR REPLACE TRIGGER note_change BEFORE UPDATE ON accounts FOR EACH "
        "ROW EXECUTE FUNCTION note_change()"
    )


def downgrade() -> None:
    op.execute(
        "CREATE OR REPLACE TRIGGER note_change BEFORE INSERT OR UPDATE ON "
        "public.accounts FOR EACH ROW EXECUTE FUNCTION public.note_change()"
    )
