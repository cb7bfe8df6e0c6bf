"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])

revision = 'own_engine'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    with sa.create_engine(f"postgresql+psycopg://x:y@127.0.0.1:{PORT}/production").begin() as connection:
        connection.execute(sa.text("CREATE TABLE made_by_own_engine (id int)"))


def downgrade():
    pass
