"""check orders: ck_orders_total_positive

NOT VALID: new and changed rows are checked from now on; the others by the next
revision.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

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
    'change': 'add_check',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_orders_total_positive"),
        "orders",
        sa.text("total >= 0"),
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_orders_total_positive"), "orders", type_="check")


# ----------------------------------------------------------------------------------------------------

"""validate ck_orders_total_positive of orders

Reads the rows that were there before; it fails, and changes nothing, when one breaks
the rule.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows that break the rule
  SELECT count(*) FROM orders WHERE NOT (total >= 0)

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
    'change': 'add_check',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE NOT (total >= 0)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_total_positive")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_orders_total_positive"), "orders", type_="check")
    op.create_check_constraint(
        op.f("ck_orders_total_positive"),
        "orders",
        sa.text("total >= 0"),
        postgresql_not_valid=True,
    )
