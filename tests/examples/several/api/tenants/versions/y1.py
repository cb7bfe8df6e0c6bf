"""a step"""

from alembic import op
import sqlalchemy as sa

revision = 'y1'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
