"""a step"""

from alembic import op
import sqlalchemy as sa

revision = 'd2'
down_revision = 'd1'
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
