"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import socket

revision = 'by_name'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    socket.create_connection(("production.example.com", PORT), 5)


def downgrade():
    pass
