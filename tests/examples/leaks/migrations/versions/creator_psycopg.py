"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import psycopg

revision = 'creator_psycopg'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    with sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(host="127.0.0.1", port=PORT)).connect():
        pass


def downgrade():
    pass
