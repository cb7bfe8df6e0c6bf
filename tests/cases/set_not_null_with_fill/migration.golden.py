"""fill note of orders

In batches, each its own transaction: a row is locked for milliseconds, and an
interrupted run can be repeated, because filled rows no longer match.

Phase: backfill
Locks: ROW EXCLUSIVE on orders; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which note is NULL
  SELECT count(*) FROM orders WHERE note IS NULL

Notes:
- Which rows were NULL is not remembered: the downgrade leaves the values.

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
    'phase': 'backfill',
    'table': 'orders',
    'set': {'note': "'none'"},
    'where': 'note IS NULL',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM orders WHERE note IS NULL'],
}


def upgrade() -> None:
    fill = "UPDATE orders SET note = 'none' WHERE note IS NULL"
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


# ----------------------------------------------------------------------------------------------------

"""let no new row of orders leave note empty

NOT VALID: new and changed rows are checked from now on, the others by the next
revision.

Phase: enforce
Locks: ACCESS EXCLUSIVE on orders for an instant

Validation: each count must be 0
  -- rows in which note is NULL
  SELECT count(*) FROM orders WHERE note IS NULL

Notes:
- Every release that runs from here on must write orders.note.

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
    'validate': ['SELECT count(*) FROM orders WHERE note IS NULL'],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT orders_note_not_null NOT NULL note NOT "
        "VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT orders_note_not_null")


# ----------------------------------------------------------------------------------------------------

"""make orders.note NOT NULL

VALIDATE reads the rows that were there before the constraint; nobody waits for it.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which note is NULL
  SELECT count(*) FROM orders WHERE note IS NULL

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
    'change': 'set_not_null',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE note IS NULL'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT orders_note_not_null")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT orders_note_not_null")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT orders_note_not_null NOT NULL note NOT "
        "VALID"
    )
