"""a step"""

from alembic import op
import sqlalchemy as sa

revision = 'c1'
down_revision = 'gone'
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
