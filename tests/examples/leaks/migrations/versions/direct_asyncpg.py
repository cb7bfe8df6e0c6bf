"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import asyncio

import asyncpg

revision = 'direct_asyncpg'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    asyncio.run(asyncpg.connect(host="127.0.0.1", port=PORT, user="x", password="y", timeout=5))


def downgrade():
    pass
