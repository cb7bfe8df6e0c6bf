"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import asyncio

import psycopg

revision = 'async_psycopg'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    asyncio.run(psycopg.AsyncConnection.connect(f"host=127.0.0.1 port={PORT}"))


def downgrade():
    pass
