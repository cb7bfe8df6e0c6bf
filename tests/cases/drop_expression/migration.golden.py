"""let accounts.euros be an ordinary column

It keeps its values; from now on the code writes it.

Phase: switch
Locks: ACCESS EXCLUSIVE on accounts for an instant

Notes:
- The downgrade computes the column anew, which rewrites the table while everybody
  waits.

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
    'change': 'drop_expression',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TABLE accounts ALTER COLUMN euros DROP EXPRESSION")


def downgrade() -> None:
    op.execute("DROP VIEW rich")
    op.drop_column("accounts", "euros")
    op.add_column(
        "accounts",
        sa.Column(
            "euros",
            sa.Numeric(),
            sa.Computed("((cents)::numeric / 100.0)", persisted=True),
            nullable=True,
        ),
    )
    op.execute(
        "ALTER TABLE accounts ADD CONSTRAINT not_too_much CHECK ((euros < "
        "(1000)::numeric))"
    )
    op.create_index(op.f("accounts_euros"), "accounts", ["euros"], unique=False)
    op.execute(
        "CREATE VIEW rich AS  SELECT id\n   FROM public.accounts\n  WHERE (euros > "
        "(1)::numeric)"
    )
