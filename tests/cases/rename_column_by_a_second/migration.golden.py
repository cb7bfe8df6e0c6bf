"""add quantity to orders, held equal to qty

Whatever is written to one of the two is in both: old and new code work side by side.

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
    'change': 'rename_column',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.add_column("orders", sa.Column("quantity", sa.Integer(), nullable=True))
    op.alter_column("orders", "quantity", comment="how many")
    op.execute(
        "CREATE FUNCTION zz_orders_qty_both() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN IF TG_OP = ''INSERT'' THEN IF NEW.quantity IS NOT NULL THEN "
        "NEW.qty := NEW.quantity; ELSE NEW.quantity := NEW.qty; END IF; ELSE IF "
        "NEW.quantity IS DISTINCT FROM OLD.quantity THEN NEW.qty := NEW.quantity; "
        "ELSE NEW.quantity := NEW.qty; END IF; END IF; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_qty_both BEFORE INSERT OR UPDATE ON orders FOR "
        "EACH ROW WHEN (NEW.quantity IS DISTINCT FROM (NEW.qty)) EXECUTE FUNCTION "
        "zz_orders_qty_both()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_qty_mirror CHECK (quantity IS "
        "NOT DISTINCT FROM (qty) AND quantity IS NOT NULL AND qty IS NOT NULL) NOT "
        "VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_qty_mirror")
    op.execute("DROP TRIGGER zz_orders_qty_both ON orders")
    op.execute("DROP FUNCTION zz_orders_qty_both()")
    op.drop_column("orders", "quantity")


# ----------------------------------------------------------------------------------------------------

"""fill quantity of orders

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on orders; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which quantity is not what qty says
  SELECT count(*) FROM orders WHERE quantity IS DISTINCT FROM (qty)

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
    'change': 'rename_column',
    'phase': 'backfill',
    'table': 'orders',
    'set': {'quantity': 'qty'},
    'where': 'quantity IS DISTINCT FROM (qty)',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM orders WHERE quantity IS DISTINCT FROM (qty)'],
}


def upgrade() -> None:
    fill = "UPDATE orders SET quantity = qty WHERE quantity IS DISTINCT FROM (qty)"
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
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""prove that quantity of orders is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which quantity is not what qty says
  SELECT count(*) FROM orders WHERE quantity IS DISTINCT FROM (qty)

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
    'change': 'rename_column',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE quantity IS DISTINCT FROM (qty)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_qty_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_qty_mirror")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_qty_mirror CHECK (quantity IS "
        "NOT DISTINCT FROM (qty) AND quantity IS NOT NULL AND qty IS NOT NULL) NOT "
        "VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""build ix_orders_qty_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_qty_new') AND indisvalid

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
    'change': 'rename_column',
    'phase': 'enforce',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_qty_new') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_qty_new"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_orders_qty_new"),
            "orders",
            ["quantity", "note"],
            unique=False,
            postgresql_where=sa.text("(quantity > 0)"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_qty_new"),
            table_name="orders",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""build ck_orders_qty_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: ACCESS EXCLUSIVE on orders for an instant

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
    'change': 'rename_column',
    'phase': 'enforce',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_qty_new CHECK ((quantity >= "
        "0)) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_qty_new")


# ----------------------------------------------------------------------------------------------------

"""validate ck_orders_qty_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

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
    'change': 'rename_column',
    'phase': 'enforce',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_qty_new")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_qty_new")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_qty_new CHECK ((quantity >= "
        "0)) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""drop qty of orders, which is quantity now

The old column leaves the catalog with the trigger, the mirror and its indexes.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'rename_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_qty_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = ''ck_orders_qty_mirror "
        "is not validated: the copy may be incomplete, nothing is switched or "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_qty_both ON orders")
    op.execute("DROP FUNCTION zz_orders_qty_both()")
    op.execute("ALTER TABLE orders ALTER COLUMN quantity SET NOT NULL")
    op.execute("ALTER TABLE orders ALTER COLUMN quantity SET DEFAULT 1")
    op.execute("ALTER TABLE orders ALTER COLUMN qty DROP DEFAULT")
    op.drop_column("orders", "qty")
    op.execute("ALTER INDEX ix_orders_qty_new RENAME TO ix_orders_qty")
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT ck_orders_qty_new TO ck_orders_qty"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT ck_orders_qty TO ck_orders_qty_new"
    )
    op.execute("ALTER INDEX ix_orders_qty RENAME TO ix_orders_qty_new")
    op.execute("DROP TRIGGER IF EXISTS zz_orders_qty_both ON orders")
    op.execute("DROP FUNCTION IF EXISTS zz_orders_qty_both()")
    op.execute("ALTER TABLE orders DROP COLUMN IF EXISTS qty")
    op.execute("ALTER TABLE orders ADD COLUMN qty integer")
    op.execute(
        "CREATE FUNCTION zz_orders_qty_both() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.qty := NEW.quantity; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_qty_both BEFORE INSERT OR UPDATE ON orders FOR "
        "EACH ROW WHEN (NEW.quantity IS DISTINCT FROM (NEW.qty)) EXECUTE FUNCTION "
        "zz_orders_qty_both()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_qty_mirror CHECK (quantity IS "
        "NOT DISTINCT FROM (qty) AND quantity IS NOT NULL AND qty IS NOT NULL) NOT "
        "VALID"
    )
    fill = "UPDATE orders SET qty = quantity WHERE quantity IS DISTINCT FROM (qty)"
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
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_qty_mirror")
        op.drop_index(
            op.f("ix_orders_qty"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_orders_qty"),
            "orders",
            ["qty", "note"],
            unique=False,
            postgresql_where=sa.text("(qty > 0)"),
            postgresql_concurrently=True,
        )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_qty CHECK ((qty >= 0)) NOT "
        "VALID"
    )
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_qty")
    op.execute("ALTER TABLE orders ALTER COLUMN qty SET NOT NULL")
    op.execute("DROP TRIGGER IF EXISTS zz_orders_qty_both ON orders")
    op.execute("DROP FUNCTION IF EXISTS zz_orders_qty_both()")
    op.execute(
        "CREATE FUNCTION zz_orders_qty_both() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN IF TG_OP = ''INSERT'' THEN IF NEW.quantity IS NOT NULL THEN "
        "NEW.qty := NEW.quantity; ELSE NEW.quantity := NEW.qty; END IF; ELSE IF "
        "NEW.quantity IS DISTINCT FROM OLD.quantity THEN NEW.qty := NEW.quantity; "
        "ELSE NEW.quantity := NEW.qty; END IF; END IF; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_qty_both BEFORE INSERT OR UPDATE ON orders FOR "
        "EACH ROW WHEN (NEW.quantity IS DISTINCT FROM (NEW.qty)) EXECUTE FUNCTION "
        "zz_orders_qty_both()"
    )
    op.alter_column("orders", "qty", comment="how many")
    op.execute("ALTER TABLE orders ALTER COLUMN qty SET DEFAULT 1")
    op.execute("ALTER TABLE orders ALTER COLUMN quantity DROP DEFAULT")
    op.execute("ALTER TABLE orders ALTER COLUMN quantity DROP NOT NULL")
