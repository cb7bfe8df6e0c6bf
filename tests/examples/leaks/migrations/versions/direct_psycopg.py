"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import psycopg

revision = 'direct_psycopg'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    psycopg.connect(f"host=127.0.0.1 port={PORT} dbname=production")


def downgrade():
    pass
