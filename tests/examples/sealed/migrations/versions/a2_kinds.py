"""Kinds of rooms, from a file of the application."""

import sqlalchemy as sa
from alembic import op

from app.values import KINDS

revision = "a2"
down_revision = "a1"
branch_labels = None
depends_on = None


def upgrade():
    kind = op.create_table("kind", sa.Column("name", sa.Text(), nullable=False))
    op.bulk_insert(kind, [{"name": name} for name in KINDS])


def downgrade():
    op.drop_table("kind")
