"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import socket

revision = 'swallowed'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    try:
        socket.create_connection(("127.0.0.1", PORT), 5)
    except OSError:
        pass


def downgrade():
    pass
