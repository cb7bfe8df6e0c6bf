"""call odd of type state strange

Only the catalog changes: rows hold the label's number.

Phase: switch

Notes:
- Code that uses the old name fails from this revision on: deploy together, in a pause.
- Without a pause: add the new label, let every release know both, then remove the old
  one with `instead`.

Revision ID: 000000000001
Revises: 
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000001"
down_revision = None
branch_labels = None
depends_on = None

pgwright = {
    'change': 'rename_enum_value',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TYPE state RENAME VALUE 'odd' TO 'strange'")


def downgrade() -> None:
    op.execute("ALTER TYPE state RENAME VALUE 'strange' TO 'odd'")
