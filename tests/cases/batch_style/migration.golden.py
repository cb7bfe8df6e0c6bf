"""add extra to orders

The default is the same for every row: PostgreSQL keeps it in the catalog and rewrites
nothing.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than jsonb
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'extra' AND NOT attisdropped AND atttypid = 'jsonb'::regtype
  -- rows without a value
  SELECT count(*) FROM orders WHERE extra IS NULL

Revision ID: 000000000001
Revises: 
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "000000000001"
down_revision = None
branch_labels = None
depends_on = None

pgwright = {
    'change': 'add_column',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'extra' AND NOT attisdropped AND atttypid = 'jsonb'::regtype", 'SELECT count(*) FROM orders WHERE extra IS NULL'],
}


def upgrade() -> None:
    with op.batch_alter_table("orders") as batch_op:
        batch_op.add_column(
            sa.Column(
                "extra",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default=sa.text("'{}'"),
                nullable=False,
            ),
        )


def downgrade() -> None:
    with op.batch_alter_table("orders") as batch_op:
        batch_op.drop_column("extra")


# ----------------------------------------------------------------------------------------------------

"""index orders on customer_id

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on orders while it is built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_customer_id') AND indisvalid

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
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    with op.batch_alter_table("orders") as batch_op:
        batch_op.create_foreign_key(
            op.f("fk_orders_customer_id_customer"),
            "customer",
            ["customer_id"],
            ["id"],
            postgresql_not_valid=True,
        )


def downgrade() -> None:
    with op.batch_alter_table("orders") as batch_op:
        batch_op.drop_constraint(
            op.f("fk_orders_customer_id_customer"),
            type_="foreignkey",
        )


# ----------------------------------------------------------------------------------------------------

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

Revision ID: 000000000004
Revises: 000000000003
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000004"
down_revision = "000000000003"
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
    if op.get_context().as_sql or op.get_context().dialect.name != "postgresql":
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

"""validate that orders.customer_id references customer

Reads the rows that were there before; it fails, and changes nothing, when one is
orphaned.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders, ROW SHARE on customer; readers and writers go
       on

Validation: each count must be 0
  -- rows that point at no row of customer
  SELECT count(*) FROM orders AS source WHERE source.customer_id IS NOT NULL AND NOT EXISTS (SELECT FROM customer AS target WHERE target.id = source.customer_id)

Revision ID: 000000000005
Revises: 000000000004
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000005"
down_revision = "000000000004"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'add_foreign_key',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders AS source WHERE source.customer_id IS NOT NULL AND NOT EXISTS (SELECT FROM customer AS target WHERE target.id = source.customer_id)'],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT fk_orders_customer_id_customer")


def downgrade() -> None:
    with op.batch_alter_table("orders") as batch_op:
        batch_op.drop_constraint(
            op.f("fk_orders_customer_id_customer"),
            type_="foreignkey",
        )
        batch_op.create_foreign_key(
            op.f("fk_orders_customer_id_customer"),
            "customer",
            ["customer_id"],
            ["id"],
            postgresql_not_valid=True,
        )


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

Revision ID: 000000000006
Revises: 000000000005
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000006"
down_revision = "000000000005"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'set_not_null',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE note IS NULL'],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE orders ADD CONSTRAINT orders_note_not_null NOT NULL note NOT "
            "VALID"
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE orders DROP CONSTRAINT orders_note_not_null")


# ----------------------------------------------------------------------------------------------------

"""make orders.note NOT NULL

VALIDATE reads the rows that were there before the constraint; nobody waits for it.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which note is NULL
  SELECT count(*) FROM orders WHERE note IS NULL

Revision ID: 000000000007
Revises: 000000000006
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000007"
down_revision = "000000000006"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'set_not_null',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE note IS NULL'],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT orders_note_not_null")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE orders DROP CONSTRAINT orders_note_not_null")
        op.execute(
            "ALTER TABLE orders ADD CONSTRAINT orders_note_not_null NOT NULL note NOT "
            "VALID"
        )
