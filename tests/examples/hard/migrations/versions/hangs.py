"""a step"""

import threading

revision = 'hangs'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    threading.Event().wait()


def downgrade():
    pass
