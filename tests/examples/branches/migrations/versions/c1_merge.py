"""a step"""

from alembic import op
import sqlalchemy as sa

revision = 'c1'
down_revision = ('b1', 'b2')
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
