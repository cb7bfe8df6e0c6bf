"""let no new row of orders leave customer_id empty

NOT VALID: new and changed rows are checked from now on, the others by the next
revision.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Every release that runs from here on must write orders.customer_id.

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
    'change': 'set_not_null',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT orders_customer_id_not_null NOT NULL "
        "customer_id NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT orders_customer_id_not_null")


# ----------------------------------------------------------------------------------------------------

"""make orders.customer_id NOT NULL

VALIDATE reads the rows that were there before the constraint; nobody waits for it.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which customer_id is NULL
  SELECT count(*) FROM orders WHERE customer_id IS NULL

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
    'change': 'set_not_null',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE customer_id IS NULL'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_id_not_null")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT orders_customer_id_not_null")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT orders_customer_id_not_null NOT NULL "
        "customer_id NOT VALID"
    )
