"""a step"""

from alembic import op
import sqlalchemy as sa

revision = 'e1'
down_revision = 'd1'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("SELECT 1")
    op.execute("ALTER TABLE nobody ADD COLUMN x int")


def downgrade():
    raise NotImplementedError("no way back")
