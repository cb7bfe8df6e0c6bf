"""a step"""

from alembic import op
import sqlalchemy as sa

revision = 'd1'
down_revision = 'c1'
branch_labels = None
depends_on = None


def upgrade():
    op.execute("INSERT INTO person (id, full_name) VALUES (1, 'a'), (2, 'b')")
    op.execute("UPDATE person SET full_name = 'c'")
    with op.get_context().autocommit_block():
        op.create_index("ix_name", "person", ["full_name"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_name", postgresql_concurrently=True)
    op.execute("DELETE FROM person")
