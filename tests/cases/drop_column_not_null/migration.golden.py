"""let customer.email be NULL

New code does not write the column any more; rows without it must be possible.

Phase: expand
Locks: ACCESS EXCLUSIVE on customer for an instant

Notes:
- The downgrade refuses once a NULL has been written.

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
    'change': 'drop_column',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column("customer", "email", nullable=True)


def downgrade() -> None:
    op.alter_column("customer", "email", nullable=False)


# ----------------------------------------------------------------------------------------------------

"""drop email from customer

The column leaves the catalog; its bytes stay in old rows until those are rewritten.

Phase: contract
Locks: ACCESS EXCLUSIVE on customer for an instant

Notes:
- Only after no release that uses it is running any more.
- The values do not come back: the downgrade rebuilds the structure only. Take a backup
  of the column first.

Revision ID: 000000000002
Revises: 000000000001
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000002"
down_revision = "000000000001"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'drop_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.drop_constraint(op.f("uq_customer_email"), "customer", type_="unique")
    op.drop_column("customer", "email")


def downgrade() -> None:
    op.add_column("customer", sa.Column("email", sa.Text(), nullable=True))
    op.execute("ALTER TABLE customer ADD CONSTRAINT uq_customer_email UNIQUE (email)")
