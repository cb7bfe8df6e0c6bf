"""a step"""

import os

revision = 'dies'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    print("last words")
    os._exit(9)


def downgrade():
    pass
