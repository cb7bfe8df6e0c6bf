"""drop constraint ck_total of orders

Only the catalog changes.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade adds it again and reads every row; it refuses when rows break it by
  then.

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
    'change': 'drop_constraint',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.drop_constraint(op.f("ck_total"), "orders", type_="check")


def downgrade() -> None:
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_total CHECK ((total >= (0)::numeric))"
    )


# ----------------------------------------------------------------------------------------------------

"""drop constraint fk_customer of orders

Only the catalog changes.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders and public.customer for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade adds it again and reads every row; it refuses when rows break it by
  then.

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
    'change': 'drop_constraint',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.drop_constraint(op.f("fk_customer"), "orders", type_="foreignkey")


def downgrade() -> None:
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT fk_customer FOREIGN KEY (customer_id) "
        "REFERENCES public.customer(id) ON DELETE SET NULL DEFERRABLE"
    )
