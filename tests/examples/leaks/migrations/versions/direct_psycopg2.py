"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import psycopg2

revision = 'direct_psycopg2'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    psycopg2.connect(f"hostaddr=127.0.0.1 port={PORT}")


def downgrade():
    pass
