"""A telephone number."""

import sqlalchemy as sa
from alembic import op

revision = "a3"
down_revision = "a2"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("person", sa.Column("phone", sa.Text()))


def downgrade():
    op.drop_column("person", "phone")
