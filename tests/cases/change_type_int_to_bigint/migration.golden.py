"""add customer_id_new to orders, kept equal to customer_id

customer_id as bigint, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Until the contract every value has to fit both integer and bigint.
- A large change: 42 statements in 14 revisions; have it reviewed in parts.

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
    'change': 'change_type',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column("customer_id_new", sa.BigInteger(), nullable=True),
    )
    op.alter_column("orders", "customer_id_new", comment="who pays")
    op.execute(
        "CREATE FUNCTION zz_orders_customer_id_fill() RETURNS trigger LANGUAGE "
        "plpgsql AS 'BEGIN NEW.customer_id_new := NEW.customer_id::bigint; RETURN "
        "NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_customer_id_fill BEFORE INSERT OR UPDATE ON "
        "orders FOR EACH ROW WHEN (NEW.customer_id_new IS DISTINCT FROM "
        "(NEW.customer_id::bigint)) EXECUTE FUNCTION zz_orders_customer_id_fill()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_id_mirror CHECK "
        "(customer_id_new IS NOT DISTINCT FROM (customer_id::bigint) AND "
        "customer_id_new IS NOT NULL AND customer_id IS NOT NULL) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_customer_id_mirror")
    op.execute("DROP TRIGGER zz_orders_customer_id_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_customer_id_fill()")
    op.drop_column("orders", "customer_id_new")


# ----------------------------------------------------------------------------------------------------

"""fill customer_id_new of orders

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on orders; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which customer_id_new is not what customer_id says
  SELECT count(*) FROM orders WHERE customer_id_new IS DISTINCT FROM (customer_id::bigint)

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
    'change': 'change_type',
    'phase': 'backfill',
    'table': 'orders',
    'set': {'customer_id_new': 'customer_id::bigint'},
    'where': 'customer_id_new IS DISTINCT FROM (customer_id::bigint)',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM orders WHERE customer_id_new IS DISTINCT FROM (customer_id::bigint)'],
}


def upgrade() -> None:
    fill = (
        "UPDATE orders SET customer_id_new = customer_id::bigint WHERE "
        "customer_id_new IS DISTINCT FROM (customer_id::bigint)"
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
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""prove that customer_id_new of orders is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which customer_id_new is not what customer_id says
  SELECT count(*) FROM orders WHERE customer_id_new IS DISTINCT FROM (customer_id::bigint)

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
    'change': 'change_type',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE customer_id_new IS DISTINCT FROM (customer_id::bigint)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_customer_id_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_customer_id_mirror")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_id_mirror CHECK "
        "(customer_id_new IS NOT DISTINCT FROM (customer_id::bigint) AND "
        "customer_id_new IS NOT NULL AND customer_id IS NOT NULL) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""build ix_orders_customer_id_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_customer_id_new') AND indisvalid

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
    'change': 'change_type',
    'phase': 'enforce',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_customer_id_new') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_customer_id_new"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_orders_customer_id_new"),
            "orders",
            ["customer_id_new", "status"],
            unique=False,
            postgresql_where=sa.text("(customer_id_new > 10)"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_customer_id_new"),
            table_name="orders",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""build ix_orders_odd_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_odd_new') AND indisvalid

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
    'change': 'change_type',
    'phase': 'enforce',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_odd_new') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_odd_new"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_orders_odd_new"),
            "orders",
            [sa.text("((customer_id_new % 10))")],
            unique=False,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_odd_new"),
            table_name="orders",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""build uq_orders_place_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('uq_orders_place_new') AND indisvalid

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
    'change': 'change_type',
    'phase': 'enforce',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('uq_orders_place_new') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("uq_orders_place_new"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("uq_orders_place_new"),
            "orders",
            ["customer_id_new", "place"],
            unique=True,
            postgresql_concurrently=True,
        )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT uq_orders_place_new UNIQUE USING INDEX "
        "uq_orders_place_new"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_orders_place_new"), "orders", type_="unique")


# ----------------------------------------------------------------------------------------------------

"""build ck_orders_customer_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: ACCESS EXCLUSIVE on orders for an instant

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
    'change': 'change_type',
    'phase': 'enforce',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_new CHECK "
        "(((customer_id_new > 0) AND (status <> 'customer_id'::text))) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_customer_new")


# ----------------------------------------------------------------------------------------------------

"""validate ck_orders_customer_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

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
    'change': 'change_type',
    'phase': 'enforce',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_customer_new")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_customer_new")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_new CHECK "
        "(((customer_id_new > 0) AND (status <> 'customer_id'::text))) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""build fk_orders_customer_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: ACCESS EXCLUSIVE on orders for an instant

Revision ID: 000000000009
Revises: 000000000008
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000009"
down_revision = "000000000008"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'change_type',
    'phase': 'enforce',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT fk_orders_customer_new FOREIGN KEY "
        "(customer_id_new) REFERENCES public.customer(id) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT fk_orders_customer_new")


# ----------------------------------------------------------------------------------------------------

"""validate fk_orders_customer_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Revision ID: 00000000000a
Revises: 000000000009
"""

import sqlalchemy as sa
from alembic import op

revision = "00000000000a"
down_revision = "000000000009"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'change_type',
    'phase': 'enforce',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT fk_orders_customer_new")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT fk_orders_customer_new")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT fk_orders_customer_new FOREIGN KEY "
        "(customer_id_new) REFERENCES public.customer(id) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""let customer_id of orders be the bigint one

Only the catalog changes. customer_id_old is kept up to date from now on, so that the
way back loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in orders; an INSERT without a column list would notice.

Revision ID: 00000000000b
Revises: 00000000000a
"""

import sqlalchemy as sa
from alembic import op

revision = "00000000000b"
down_revision = "00000000000a"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'change_type',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_customer_id_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_orders_customer_id_mirror is not validated: the copy may be "
        "incomplete, nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_customer_id_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_customer_id_fill()")
    op.execute("ALTER TABLE orders ALTER COLUMN customer_id_new SET NOT NULL")
    op.execute("ALTER TABLE orders RENAME COLUMN customer_id TO customer_id_old")
    op.execute("ALTER TABLE orders RENAME COLUMN customer_id_new TO customer_id")
    op.execute(
        "CREATE FUNCTION zz_orders_customer_id_keep() RETURNS trigger LANGUAGE "
        "plpgsql AS 'BEGIN NEW.customer_id_old := NEW.customer_id::integer; RETURN "
        "NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_customer_id_keep BEFORE INSERT OR UPDATE ON "
        "orders FOR EACH ROW WHEN (NEW.customer_id IS DISTINCT FROM "
        "(NEW.customer_id_old::bigint)) EXECUTE FUNCTION "
        "zz_orders_customer_id_keep()"
    )
    op.execute("ALTER INDEX ix_orders_customer_id RENAME TO ix_orders_customer_id_old")
    op.execute("ALTER INDEX ix_orders_customer_id_new RENAME TO ix_orders_customer_id")
    op.execute("ALTER INDEX ix_orders_odd RENAME TO ix_orders_odd_old")
    op.execute("ALTER INDEX ix_orders_odd_new RENAME TO ix_orders_odd")
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT ck_orders_customer TO "
        "ck_orders_customer_old"
    )
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT ck_orders_customer_new TO "
        "ck_orders_customer"
    )
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT fk_orders_customer TO "
        "fk_orders_customer_old"
    )
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT fk_orders_customer_new TO "
        "fk_orders_customer"
    )
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT uq_orders_place TO "
        "uq_orders_place_old"
    )
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT uq_orders_place_new TO "
        "uq_orders_place"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT uq_orders_place TO "
        "uq_orders_place_new"
    )
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT uq_orders_place_old TO "
        "uq_orders_place"
    )
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT fk_orders_customer TO "
        "fk_orders_customer_new"
    )
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT fk_orders_customer_old TO "
        "fk_orders_customer"
    )
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT ck_orders_customer TO "
        "ck_orders_customer_new"
    )
    op.execute(
        "ALTER TABLE orders RENAME CONSTRAINT ck_orders_customer_old TO "
        "ck_orders_customer"
    )
    op.execute("ALTER INDEX ix_orders_odd RENAME TO ix_orders_odd_new")
    op.execute("ALTER INDEX ix_orders_odd_old RENAME TO ix_orders_odd")
    op.execute("ALTER INDEX ix_orders_customer_id RENAME TO ix_orders_customer_id_new")
    op.execute("ALTER INDEX ix_orders_customer_id_old RENAME TO ix_orders_customer_id")
    op.execute("DROP TRIGGER zz_orders_customer_id_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_customer_id_keep()")
    op.execute("ALTER TABLE orders RENAME COLUMN customer_id TO customer_id_new")
    op.execute("ALTER TABLE orders RENAME COLUMN customer_id_old TO customer_id")
    op.execute("ALTER TABLE orders ALTER COLUMN customer_id_new DROP NOT NULL")
    op.execute(
        "CREATE FUNCTION zz_orders_customer_id_fill() RETURNS trigger LANGUAGE "
        "plpgsql AS 'BEGIN NEW.customer_id_new := NEW.customer_id::bigint; RETURN "
        "NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_customer_id_fill BEFORE INSERT OR UPDATE ON "
        "orders FOR EACH ROW WHEN (NEW.customer_id_new IS DISTINCT FROM "
        "(NEW.customer_id::bigint)) EXECUTE FUNCTION zz_orders_customer_id_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""drop index ix_orders_customer_id_old of orders

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on orders; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_orders_customer_id_old') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.

Revision ID: 00000000000c
Revises: 00000000000b
"""

import sqlalchemy as sa
from alembic import op

revision = "00000000000c"
down_revision = "00000000000b"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'change_type',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('ix_orders_customer_id_old') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_customer_id_old"),
            table_name="orders",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_orders_customer_id_old"),
            "orders",
            ["customer_id_old", "status"],
            unique=False,
            postgresql_where=sa.text("(customer_id_old > 10)"),
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop index ix_orders_odd_old of orders

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on orders; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_orders_odd_old') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.

Revision ID: 00000000000d
Revises: 00000000000c
"""

import sqlalchemy as sa
from alembic import op

revision = "00000000000d"
down_revision = "00000000000c"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'change_type',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('ix_orders_odd_old') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_odd_old"),
            table_name="orders",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_orders_odd_old"),
            "orders",
            [sa.text("((customer_id_old % 10))")],
            unique=False,
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop customer_id_old of orders

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills customer_id_old again in batches; it refuses values that integer
  cannot hold.

Revision ID: 00000000000e
Revises: 00000000000d
"""

import sqlalchemy as sa
from alembic import op

revision = "00000000000e"
down_revision = "00000000000d"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'change_type',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_customer_id_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_orders_customer_id_mirror is not validated: the copy may be "
        "incomplete, nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_customer_id_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_customer_id_keep()")
    op.drop_column("orders", "customer_id_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_orders_customer_id_keep ON orders")
    op.execute("DROP FUNCTION IF EXISTS zz_orders_customer_id_keep()")
    op.execute("ALTER TABLE orders DROP COLUMN IF EXISTS customer_id_old")
    op.execute("ALTER TABLE orders ADD COLUMN customer_id_old integer")
    op.execute(
        "CREATE FUNCTION zz_orders_customer_id_keep() RETURNS trigger LANGUAGE "
        "plpgsql AS 'BEGIN NEW.customer_id_old := NEW.customer_id::integer; RETURN "
        "NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_customer_id_keep BEFORE INSERT OR UPDATE ON "
        "orders FOR EACH ROW WHEN (NEW.customer_id IS DISTINCT FROM "
        "(NEW.customer_id_old::bigint)) EXECUTE FUNCTION "
        "zz_orders_customer_id_keep()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_id_mirror CHECK "
        "(customer_id IS NOT DISTINCT FROM (customer_id_old::bigint) AND "
        "customer_id IS NOT NULL AND customer_id_old IS NOT NULL) NOT VALID"
    )
    fill = (
        "UPDATE orders SET customer_id_old = customer_id::integer WHERE "
        "customer_id IS DISTINCT FROM (customer_id_old::bigint)"
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
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_customer_id_mirror")
        op.drop_index(
            op.f("uq_orders_place_old"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("uq_orders_place_old"),
            "orders",
            ["customer_id_old", "place"],
            unique=True,
            postgresql_concurrently=True,
        )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT uq_orders_place_old UNIQUE USING INDEX "
        "uq_orders_place_old"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_old CHECK "
        "(((customer_id_old > 0) AND (status <> 'customer_id'::text))) NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_customer_old")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT fk_orders_customer_old FOREIGN KEY "
        "(customer_id_old) REFERENCES public.customer(id) NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT fk_orders_customer_old")
    op.execute("ALTER TABLE orders ALTER COLUMN customer_id_old SET NOT NULL")
    op.alter_column("orders", "customer_id_old", comment="who pays")
