"""drop index ix_orders_status of orders

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on orders; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_orders_status') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.

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
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('ix_orders_status') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_status"),
            table_name="orders",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_orders_status"),
            "orders",
            ["status", "id"],
            unique=False,
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop status from orders

The column leaves the catalog; its bytes stay in old rows until those are rewritten.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

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
    op.drop_constraint(op.f("ck_status"), "orders", type_="check")
    op.drop_column("orders", "status")


def downgrade() -> None:
    op.add_column(
        "orders",
        sa.Column(
            "status",
            sa.Text(),
            server_default=sa.text("'new'::text"),
            nullable=False,
        ),
    )
    op.alter_column("orders", "status", comment="where it stands")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_status CHECK ((status <> ''::text))"
    )
