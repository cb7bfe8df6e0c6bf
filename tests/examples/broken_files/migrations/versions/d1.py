"""a step"""

from alembic import op
import sqlalchemy as sa

revision = 'd1'
down_revision = 'd2'
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
