"""a step"""

from alembic import op
import sqlalchemy as sa

revision = 'b1'
down_revision = 'a1'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("ALTER TABLE nobody ADD COLUMN x int")


def downgrade():
    pass
