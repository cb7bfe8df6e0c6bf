"""index orders on customer_id

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on orders while it is built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_customer_id') AND indisvalid

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
    'change': 'add_index',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_customer_id') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_customer_id"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_orders_customer_id"),
            "orders",
            ["customer_id"],
            unique=False,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_customer_id"),
            table_name="orders",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""let orders.customer_id reference customer

NOT VALID: new rows are checked from now on; rows that are there are read by the next
revision.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on orders and customer for an instant

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
    'change': 'add_foreign_key',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_foreign_key(
        op.f("fk_orders_customer_id_customer"),
        "orders",
        "customer",
        ["customer_id"],
        ["id"],
        ondelete="CASCADE",
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f("fk_orders_customer_id_customer"),
        "orders",
        type_="foreignkey",
    )


# ----------------------------------------------------------------------------------------------------

"""validate that orders.customer_id references customer

Reads the rows that were there before; it fails, and changes nothing, when one is
orphaned.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders, ROW SHARE on customer; readers and writers go
       on

Validation: each count must be 0
  -- rows that point at no row of customer
  SELECT count(*) FROM orders AS source WHERE source.customer_id IS NOT NULL AND NOT EXISTS (SELECT FROM customer AS target WHERE target.id = source.customer_id)

Revision ID: 000000000003
Revises: 000000000002
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000003"
down_revision = "000000000002"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'add_foreign_key',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders AS source WHERE source.customer_id IS NOT NULL AND NOT EXISTS (SELECT FROM customer AS target WHERE target.id = source.customer_id)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT fk_orders_customer_id_customer")


def downgrade() -> None:
    op.drop_constraint(
        op.f("fk_orders_customer_id_customer"),
        "orders",
        type_="foreignkey",
    )
    op.create_foreign_key(
        op.f("fk_orders_customer_id_customer"),
        "orders",
        "customer",
        ["customer_id"],
        ["id"],
        ondelete="CASCADE",
        postgresql_not_valid=True,
    )
