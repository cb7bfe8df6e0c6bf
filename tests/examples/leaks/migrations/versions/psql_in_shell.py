"""a step"""

import os

import sqlalchemy as sa
from alembic import op

PORT = int(os.environ["DECOY_PORT"])
import subprocess

revision = 'psql_in_shell'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    subprocess.run(f"echo hello | PGPASSWORD=x psql -h 127.0.0.1 -p {PORT}", shell=True, check=True)


def downgrade():
    pass
