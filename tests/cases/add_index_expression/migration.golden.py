"""index customer on lower(email), name || ':x'

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on customer while it is built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_customer_expr_expr') AND indisvalid

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
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_customer_expr_expr') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_customer_expr_expr"),
            table_name="customer",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_customer_expr_expr"),
            "customer",
            [sa.text("lower(email)"), sa.text("(name || '\\:x')")],
            unique=True,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_customer_expr_expr"),
            table_name="customer",
            postgresql_concurrently=True,
        )
