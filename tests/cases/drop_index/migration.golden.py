"""drop index ix_orders_lower of orders

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on orders; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_orders_lower') IS NOT NULL)::int

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
    'change': 'drop_index',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('ix_orders_lower') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_lower"),
            table_name="orders",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_orders_lower"),
            "orders",
            [sa.text("lower(note) text_pattern_ops DESC NULLS LAST")],
            unique=False,
            postgresql_include=["status"],
            postgresql_where=sa.text("(note <> 'a:b'::text)"),
            postgresql_concurrently=True,
        )
