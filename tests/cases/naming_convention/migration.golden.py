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

"""make note unique in orders

The index is built concurrently; the constraint then takes it over without a scan.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on orders while the index is built; readers and writers go
       on; ACCESS EXCLUSIVE for the instant of ADD CONSTRAINT

Validation: each count must be 0
  -- groups of equal values
  SELECT count(*) FROM (SELECT FROM orders WHERE note IS NOT NULL GROUP BY note HAVING count(*) > 1) AS duplicates

Notes:
- With duplicates it ends before anything is built; run the validation query first to
  see how many.

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
    'change': 'add_unique',
    'phase': 'expand',
    'validate': ['SELECT count(*) FROM (SELECT FROM orders WHERE note IS NOT NULL GROUP BY note HAVING count(*) > 1) AS duplicates'],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(
            "DO 'DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM (SELECT FROM "
            "orders WHERE note IS NOT NULL GROUP BY note HAVING count(*) > 1) AS "
            "duplicates; IF n > 0 THEN RAISE EXCEPTION USING ERRCODE = "
            "''unique_violation'', MESSAGE = format(''orders has %s groups of equal "
            "values in note'', n), HINT = ''Count them: SELECT count(*) FROM (SELECT "
            "FROM orders WHERE note IS NOT NULL GROUP BY note HAVING count(*) > 1) AS "
            "duplicates''; END IF; END'"
        )
        op.drop_index(
            op.f("uq_orders_note"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("uq_orders_note"),
            "orders",
            ["note"],
            unique=True,
            postgresql_concurrently=True,
        )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT uq_orders_note UNIQUE USING INDEX "
        "uq_orders_note"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_orders_note"), "orders", type_="unique")


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
    op.create_foreign_key(
        op.f("fk_orders_customer_id_customer"),
        "orders",
        "customer",
        ["customer_id"],
        ["id"],
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f("fk_orders_customer_id_customer"),
        "orders",
        type_="foreignkey",
    )


# ----------------------------------------------------------------------------------------------------

"""check orders: ck_orders_total

NOT VALID: new and changed rows are checked from now on; the others by the next
revision.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

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
    'change': 'add_check',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_orders_total"),
        "orders",
        sa.text("total >= 0"),
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_orders_total"), "orders", type_="check")


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
        postgresql_not_valid=True,
    )


# ----------------------------------------------------------------------------------------------------

"""validate ck_orders_total of orders

Reads the rows that were there before; it fails, and changes nothing, when one breaks
the rule.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows that break the rule
  SELECT count(*) FROM orders WHERE NOT (total >= 0)

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
    'change': 'add_check',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE NOT (total >= 0)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_total")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_orders_total"), "orders", type_="check")
    op.create_check_constraint(
        op.f("ck_orders_total"),
        "orders",
        sa.text("total >= 0"),
        postgresql_not_valid=True,
    )
