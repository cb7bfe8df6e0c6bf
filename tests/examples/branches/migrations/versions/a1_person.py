"""person"""

from alembic import op
import sqlalchemy as sa

revision = 'a1'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table("person", sa.Column("id", sa.Integer, primary_key=True), sa.Column("full_name", sa.Text))


def downgrade():
    op.drop_table("person")
