"""a step"""

import sqlalchemy as sa

forgotten = []

revision = 'forgets'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    forgotten.append(sa.create_engine("postgresql+psycopg2://x@nowhere.invalid/x").connect())
    forgotten[0].execute(sa.text("LOCK TABLE alembic_version IN SHARE MODE"))


def downgrade():
    pass
