"""a step"""

from alembic import op
import sqlalchemy as sa

revision = 'f1'
down_revision = 'd1'
branch_labels = None
depends_on = None


def upgrade():
    names = op.get_bind().execute(sa.text("SELECT full_name FROM person")).fetchall()
    for name in names:
        print(name)


def downgrade():
    pass
