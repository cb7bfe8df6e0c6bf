"""a step"""

import random

from alembic import op

revision = 'g1'
down_revision = 'd1'
branch_labels = None
depends_on = None


def upgrade():
    op.execute(f"INSERT INTO person (id) VALUES ({random.randrange(10**9)})")


def downgrade():
    pass
