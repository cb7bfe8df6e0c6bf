"""fill note of orders

In batches, each its own transaction; rows that have the value are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on orders; the rows of one batch at a time

Validation: each count must be 0
  -- rows without the value
  SELECT count(*) FROM orders WHERE note IS DISTINCT FROM ('n' || status) AND (status <> 'new')

Notes:
- What was there before is not remembered: the downgrade leaves the values.

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
    'change': 'fill_column',
    'phase': 'backfill',
    'table': 'orders',
    'set': {'note': "'n' || status"},
    'where': "note IS DISTINCT FROM ('n' || status) AND (status <> 'new')",
    'key': ['id'],
    'validate': ["SELECT count(*) FROM orders WHERE note IS DISTINCT FROM ('n' || status) AND (status <> 'new')"],
}


def upgrade() -> None:
    fill = (
        "UPDATE orders SET note = 'n' || status WHERE note IS DISTINCT FROM ('n' "
        "|| status) AND (status <> 'new')"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('orders') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # What was there before is not remembered; the values stay.
    pass
