"""a step"""

import sys

revision = 'exits'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    sys.exit(3)


def downgrade():
    pass
