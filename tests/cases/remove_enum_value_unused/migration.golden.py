"""create type state_new, state without odd

PostgreSQL removes no label: the columns move to a type that never had it.

Phase: expand

Notes:
- A large change: 29 statements in 9 revisions; have it reviewed in parts.

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
    'change': 'remove_enum_value',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute("CREATE TYPE state_new AS ENUM ('new', 'paid')")


def downgrade() -> None:
    op.execute("DROP TYPE state_new")


# ----------------------------------------------------------------------------------------------------

"""add status_new to orders, kept equal to status

status as state_new, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Until the contract every value has to fit both public.state and state_new.

Revision ID: 000000000002
Revises: 000000000001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "000000000002"
down_revision = "000000000001"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'remove_enum_value',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column(
            "status_new",
            postgresql.ENUM("new", "paid", name="state_new", create_type=False),
            nullable=True,
        ),
    )
    op.execute(
        "CREATE FUNCTION zz_orders_status_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.status_new := NEW.status::text::state_new; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_status_fill BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.status_new IS DISTINCT FROM "
        "(NEW.status::text::state_new)) EXECUTE FUNCTION zz_orders_status_fill()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_status_mirror CHECK "
        "(status_new IS NOT DISTINCT FROM (status::text::state_new) AND status_new "
        "IS NOT NULL AND status IS NOT NULL) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_status_mirror")
    op.execute("DROP TRIGGER zz_orders_status_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_status_fill()")
    op.drop_column("orders", "status_new")


# ----------------------------------------------------------------------------------------------------

"""fill status_new of orders

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on orders; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which status_new is not what status says
  SELECT count(*) FROM orders WHERE status_new IS DISTINCT FROM (status::text::state_new)

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
    'change': 'remove_enum_value',
    'phase': 'backfill',
    'table': 'orders',
    'set': {'status_new': 'status::text::state_new'},
    'where': 'status_new IS DISTINCT FROM (status::text::state_new)',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM orders WHERE status_new IS DISTINCT FROM (status::text::state_new)'],
}


def upgrade() -> None:
    fill = (
        "UPDATE orders SET status_new = status::text::state_new WHERE status_new "
        "IS DISTINCT FROM (status::text::state_new)"
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

"""prove that status_new of orders is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which status_new is not what status says
  SELECT count(*) FROM orders WHERE status_new IS DISTINCT FROM (status::text::state_new)

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
    'change': 'remove_enum_value',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE status_new IS DISTINCT FROM (status::text::state_new)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_status_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_status_mirror")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_status_mirror CHECK "
        "(status_new IS NOT DISTINCT FROM (status::text::state_new) AND status_new "
        "IS NOT NULL AND status IS NOT NULL) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""build ix_orders_status_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_status_new') AND indisvalid

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
    'change': 'remove_enum_value',
    'phase': 'enforce',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_status_new') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_status_new"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_orders_status_new"),
            "orders",
            ["status_new"],
            unique=False,
            postgresql_where=sa.text("(status_new <> 'new'::state_new)"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_status_new"),
            table_name="orders",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""let status of orders be the state_new one

Only the catalog changes. status_old is kept up to date from now on, so that the way
back loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in orders; an INSERT without a column list would notice.

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
    'change': 'remove_enum_value',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_status_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_orders_status_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_status_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_status_fill()")
    op.execute("ALTER TABLE orders ALTER COLUMN status_new SET NOT NULL")
    op.execute(
        "ALTER TABLE orders ALTER COLUMN status_new SET DEFAULT 'new'::state_new"
    )
    op.execute("ALTER TABLE orders ALTER COLUMN status DROP DEFAULT")
    op.execute("ALTER TABLE orders RENAME COLUMN status TO status_old")
    op.execute("ALTER TABLE orders RENAME COLUMN status_new TO status")
    op.execute(
        "CREATE FUNCTION zz_orders_status_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.status_old := NEW.status::text::public.state; RETURN NEW; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_status_keep BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.status IS DISTINCT FROM "
        "(NEW.status_old::text::state_new)) EXECUTE FUNCTION "
        "zz_orders_status_keep()"
    )
    op.execute("ALTER INDEX ix_orders_status RENAME TO ix_orders_status_old")
    op.execute("ALTER INDEX ix_orders_status_new RENAME TO ix_orders_status")


def downgrade() -> None:
    op.execute("ALTER INDEX ix_orders_status RENAME TO ix_orders_status_new")
    op.execute("ALTER INDEX ix_orders_status_old RENAME TO ix_orders_status")
    op.execute("DROP TRIGGER zz_orders_status_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_status_keep()")
    op.execute("ALTER TABLE orders RENAME COLUMN status TO status_new")
    op.execute("ALTER TABLE orders RENAME COLUMN status_old TO status")
    op.execute("ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new'::public.state")
    op.execute("ALTER TABLE orders ALTER COLUMN status_new DROP DEFAULT")
    op.execute("ALTER TABLE orders ALTER COLUMN status_new DROP NOT NULL")
    op.execute(
        "CREATE FUNCTION zz_orders_status_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.status_new := NEW.status::text::state_new; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_status_fill BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.status_new IS DISTINCT FROM "
        "(NEW.status::text::state_new)) EXECUTE FUNCTION zz_orders_status_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""drop index ix_orders_status_old of orders

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on orders; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_orders_status_old') IS NOT NULL)::int

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
    'change': 'remove_enum_value',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('ix_orders_status_old') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_status_old"),
            table_name="orders",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_orders_status_old"),
            "orders",
            ["status_old"],
            unique=False,
            postgresql_where=sa.text("(status_old <> 'new'::public.state)"),
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop status_old of orders

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills status_old again in batches; it refuses values that public.state
  cannot hold.

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
    'change': 'remove_enum_value',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_status_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_orders_status_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_status_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_status_keep()")
    op.drop_column("orders", "status_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_orders_status_keep ON orders")
    op.execute("DROP FUNCTION IF EXISTS zz_orders_status_keep()")
    op.execute("ALTER TABLE orders DROP COLUMN IF EXISTS status_old")
    op.execute("ALTER TABLE orders ADD COLUMN status_old public.state")
    op.execute(
        "CREATE FUNCTION zz_orders_status_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.status_old := NEW.status::text::public.state; RETURN NEW; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_status_keep BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.status IS DISTINCT FROM "
        "(NEW.status_old::text::state_new)) EXECUTE FUNCTION "
        "zz_orders_status_keep()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_status_mirror CHECK (status "
        "IS NOT DISTINCT FROM (status_old::text::state_new) AND status IS NOT NULL "
        "AND status_old IS NOT NULL) NOT VALID"
    )
    fill = (
        "UPDATE orders SET status_old = status::text::public.state WHERE status IS "
        "DISTINCT FROM (status_old::text::state_new)"
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
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_status_mirror")
    op.execute("ALTER TABLE orders ALTER COLUMN status_old SET NOT NULL")


# ----------------------------------------------------------------------------------------------------

"""remove odd from type state

Nothing is of the old type any more; the catalog changes only.

Phase: contract

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'remove_enum_value',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    # Into the attic, while only tables there are of it.
    op.execute(
        "DO 'BEGIN IF to_regtype(''pgwright.attic_type_state_odd'') IS NOT NULL "
        "THEN RAISE EXCEPTION USING MESSAGE = ''pgwright.attic_type_state_odd is "
        "kept from another change: drop it with what is of it, or keep this "
        "type''; END IF; IF (SELECT "
        "bool_and((pg_identify_object_as_address(classid, objid, "
        "objsubid)).object_names[1] = ''pgwright'') FROM pg_depend WHERE "
        "refclassid = ''pg_type''::regclass AND deptype = ''n'' AND refobjid IN "
        "(SELECT oid FROM pg_type WHERE ''state''::regtype IN (oid, typelem))) "
        "THEN ALTER TYPE state RENAME TO attic_type_state_odd; ALTER TYPE "
        "attic_type_state_odd SET SCHEMA pgwright; ELSE DROP TYPE state; END IF; "
        "END'"
    )
    op.execute("ALTER TYPE state_new RENAME TO state")
    op.execute("COMMENT ON TYPE state IS 'of an order'")


def downgrade() -> None:
    op.execute("COMMENT ON TYPE state IS NULL")
    op.execute("ALTER TYPE state RENAME TO state_new")
    # Out of the attic, if it went there.
    op.execute(
        "DO 'BEGIN IF to_regtype(''pgwright.attic_type_state_odd'') IS NULL THEN "
        "CREATE TYPE state AS ENUM (''new'', ''paid'', ''odd''); ELSE ALTER TYPE "
        "pgwright.attic_type_state_odd SET SCHEMA public; ALTER TYPE "
        "attic_type_state_odd RENAME TO state; END IF; END'"
    )
    op.execute("COMMENT ON TYPE state IS 'of an order'")
