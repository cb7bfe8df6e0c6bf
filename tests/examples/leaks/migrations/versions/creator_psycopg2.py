"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import psycopg2

revision = 'creator_psycopg2'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    with sa.create_engine("postgresql+psycopg2://", creator=lambda: psycopg2.connect(host="127.0.0.1", port=PORT)).connect():
        pass


def downgrade():
    pass
