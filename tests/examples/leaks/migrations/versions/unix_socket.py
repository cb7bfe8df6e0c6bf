"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import asyncio

import asyncpg

revision = 'unix_socket'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    asyncio.run(asyncpg.connect(host="/var/run/postgresql", port=5432, user="x", timeout=5))


def downgrade():
    pass
