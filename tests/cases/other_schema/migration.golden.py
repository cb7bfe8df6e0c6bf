"""add sku to item

The column starts nullable: rows that are there are filled by the next revision, then it
is enforced.

Phase: expand
Locks: ACCESS EXCLUSIVE on item for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than text
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'shop.item'::regclass AND attname = 'sku' AND NOT attisdropped AND atttypid = 'text'::regtype

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
    'change': 'add_column',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'shop.item'::regclass AND attname = 'sku' AND NOT attisdropped AND atttypid = 'text'::regtype"],
}


def upgrade() -> None:
    op.add_column("item", sa.Column("sku", sa.Text(), nullable=True), schema="shop")


def downgrade() -> None:
    op.drop_column("item", "sku", schema="shop")


# ----------------------------------------------------------------------------------------------------

"""index item on owner

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on item while it is built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('shop.ix_item_owner') AND indisvalid

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
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('shop.ix_item_owner') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_item_owner"),
            table_name="item",
            schema="shop",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_item_owner"),
            "item",
            ["owner"],
            unique=False,
            schema="shop",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_item_owner"),
            table_name="item",
            schema="shop",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""make name unique in item

The index is built concurrently; the constraint then takes it over without a scan.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on item while the index is built; readers and writers go
       on; ACCESS EXCLUSIVE for the instant of ADD CONSTRAINT

Validation: each count must be 0
  -- groups of equal values
  SELECT count(*) FROM (SELECT FROM shop.item WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1) AS duplicates

Notes:
- With duplicates it ends before anything is built; run the validation query first to
  see how many.

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
    'change': 'add_unique',
    'phase': 'expand',
    'validate': ['SELECT count(*) FROM (SELECT FROM shop.item WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1) AS duplicates'],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(
            "DO 'DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM (SELECT FROM "
            "shop.item WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1) AS "
            "duplicates; IF n > 0 THEN RAISE EXCEPTION USING ERRCODE = "
            "''unique_violation'', MESSAGE = format(''shop.item has %s groups of equal "
            "values in name'', n), HINT = ''Count them: SELECT count(*) FROM (SELECT "
            "FROM shop.item WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1) "
            "AS duplicates''; END IF; END'"
        )
        op.drop_index(
            op.f("uq_item_name"),
            table_name="item",
            schema="shop",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("uq_item_name"),
            "item",
            ["name"],
            unique=True,
            schema="shop",
            postgresql_concurrently=True,
        )
    op.execute(
        "ALTER TABLE shop.item ADD CONSTRAINT uq_item_name UNIQUE USING INDEX "
        "uq_item_name"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_item_name"), "item", type_="unique", schema="shop")


# ----------------------------------------------------------------------------------------------------

"""let item.owner reference customer

NOT VALID: new rows are checked from now on; rows that are there are read by the next
revision.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on item and customer for an instant

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
    'change': 'add_foreign_key',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_foreign_key(
        op.f("fk_item_owner_customer"),
        "item",
        "customer",
        ["owner"],
        ["id"],
        source_schema="shop",
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f("fk_item_owner_customer"),
        "item",
        type_="foreignkey",
        schema="shop",
    )


# ----------------------------------------------------------------------------------------------------

"""fill sku of item

In batches, each its own transaction: a row is locked for milliseconds, and an
interrupted run can be repeated, because filled rows no longer match.

Phase: backfill
Locks: ROW EXCLUSIVE on item; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which sku is NULL
  SELECT count(*) FROM shop.item WHERE sku IS NULL

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
    'change': 'add_column',
    'phase': 'backfill',
    'table': 'shop.item',
    'set': {'sku': "'s' || id"},
    'where': "sku IS NULL AND ('s' || id) IS NOT NULL",
    'key': ['id'],
    'validate': ['SELECT count(*) FROM shop.item WHERE sku IS NULL'],
}


def upgrade() -> None:
    fill = (
        "UPDATE shop.item SET sku = 's' || id WHERE sku IS NULL AND ('s' || id) IS "
        "NOT NULL"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('shop.item') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""let no new row of item leave sku empty

NOT VALID: new and changed rows are checked from now on, the others by the next
revision.

Phase: enforce
Locks: ACCESS EXCLUSIVE on item for an instant

Validation: each count must be 0
  -- rows in which sku is NULL
  SELECT count(*) FROM shop.item WHERE sku IS NULL

Notes:
- Every release that runs from here on must write item.sku.

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
    'change': 'add_column',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM shop.item WHERE sku IS NULL'],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE shop.item ADD CONSTRAINT item_sku_not_null NOT NULL sku NOT "
        "VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE shop.item DROP CONSTRAINT item_sku_not_null")


# ----------------------------------------------------------------------------------------------------

"""make item.sku NOT NULL

VALIDATE reads the rows that were there before the constraint; nobody waits for it.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on item while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which sku is NULL
  SELECT count(*) FROM shop.item WHERE sku IS NULL

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
    'change': 'add_column',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM shop.item WHERE sku IS NULL'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE shop.item VALIDATE CONSTRAINT item_sku_not_null")


def downgrade() -> None:
    op.execute("ALTER TABLE shop.item DROP CONSTRAINT item_sku_not_null")
    op.execute(
        "ALTER TABLE shop.item ADD CONSTRAINT item_sku_not_null NOT NULL sku NOT "
        "VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""validate that item.owner references customer

Reads the rows that were there before; it fails, and changes nothing, when one is
orphaned.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on item, ROW SHARE on customer; readers and writers go on

Validation: each count must be 0
  -- rows that point at no row of customer
  SELECT count(*) FROM shop.item AS source WHERE source.owner IS NOT NULL AND NOT EXISTS (SELECT FROM customer AS target WHERE target.id = source.owner)

Revision ID: 000000000008
Revises: 000000000007
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000008"
down_revision = "000000000007"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'add_foreign_key',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM shop.item AS source WHERE source.owner IS NOT NULL AND NOT EXISTS (SELECT FROM customer AS target WHERE target.id = source.owner)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE shop.item VALIDATE CONSTRAINT fk_item_owner_customer")


def downgrade() -> None:
    op.drop_constraint(
        op.f("fk_item_owner_customer"),
        "item",
        type_="foreignkey",
        schema="shop",
    )
    op.create_foreign_key(
        op.f("fk_item_owner_customer"),
        "item",
        "customer",
        ["owner"],
        ["id"],
        source_schema="shop",
        postgresql_not_valid=True,
    )
