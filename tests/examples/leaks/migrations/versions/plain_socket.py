"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import socket

revision = 'plain_socket'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    socket.create_connection(("127.0.0.1", PORT), 5)


def downgrade():
    pass
