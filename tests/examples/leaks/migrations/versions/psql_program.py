"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import subprocess

revision = 'psql_program'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    subprocess.run(["psql", "-h", "127.0.0.1", "-p", str(PORT), "-c", "SELECT 1"], check=True)


def downgrade():
    pass
