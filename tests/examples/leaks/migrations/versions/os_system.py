"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])

revision = 'os_system'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    if os.system(f"pg_dump -h 127.0.0.1 -p {PORT} production"):
        raise RuntimeError("failed")


def downgrade():
    pass
