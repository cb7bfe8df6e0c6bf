"""add total_new to orders, kept equal to total

total as numeric(12,4), beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Until the contract every value has to fit both numeric(10,2) and numeric(12,4).
- A large change: 42 statements in 11 revisions; have it reviewed in parts.

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
        sa.Column("total_new", sa.Numeric(precision=12, scale=4), nullable=True),
    )
    op.execute(
        "CREATE FUNCTION zz_orders_total_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.total_new := NEW.total::numeric(12,4); RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_total_fill BEFORE INSERT OR UPDATE ON orders FOR "
        "EACH ROW WHEN (NEW.total_new IS DISTINCT FROM (NEW.total::numeric(12,4))) "
        "EXECUTE FUNCTION zz_orders_total_fill()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_total_mirror CHECK (total_new "
        "IS NOT DISTINCT FROM (total::numeric(12,4)) AND total_new IS NOT NULL AND "
        "total IS NOT NULL) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_total_mirror")
    op.execute("DROP TRIGGER zz_orders_total_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_total_fill()")
    op.drop_column("orders", "total_new")


# ----------------------------------------------------------------------------------------------------

"""add remark to orders

The column is nullable, so old code, which does not know it, goes on as before.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than text
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'remark' AND NOT attisdropped AND atttypid = 'text'::regtype

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
    'change': 'add_column',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'remark' AND NOT attisdropped AND atttypid = 'text'::regtype"],
}


def upgrade() -> None:
    op.add_column("orders", sa.Column("remark", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "remark")


# ----------------------------------------------------------------------------------------------------

"""fill total_new of orders

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on orders; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which total_new is not what total says
  SELECT count(*) FROM orders WHERE total_new IS DISTINCT FROM (total::numeric(12,4))

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
    'phase': 'backfill',
    'table': 'orders',
    'set': {'total_new': 'total::numeric(12,4)'},
    'where': 'total_new IS DISTINCT FROM (total::numeric(12,4))',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM orders WHERE total_new IS DISTINCT FROM (total::numeric(12,4))'],
}


def upgrade() -> None:
    fill = (
        "UPDATE orders SET total_new = total::numeric(12,4) WHERE total_new IS "
        "DISTINCT FROM (total::numeric(12,4))"
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

"""prove that total_new of orders is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which total_new is not what total says
  SELECT count(*) FROM orders WHERE total_new IS DISTINCT FROM (total::numeric(12,4))

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
    'validate': ['SELECT count(*) FROM orders WHERE total_new IS DISTINCT FROM (total::numeric(12,4))'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_total_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_total_mirror")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_total_mirror CHECK (total_new "
        "IS NOT DISTINCT FROM (total::numeric(12,4)) AND total_new IS NOT NULL AND "
        "total IS NOT NULL) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""let total of orders be the numeric(12,4) one

Only the catalog changes. total_old is kept up to date from now on, so that the way back
loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in orders; an INSERT without a column list would notice.

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
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_total_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_orders_total_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_total_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_total_fill()")
    op.execute("ALTER TABLE orders ALTER COLUMN total_new SET NOT NULL")
    op.execute("ALTER TABLE orders ALTER COLUMN total_new SET DEFAULT 0")
    op.execute("ALTER TABLE orders ALTER COLUMN total DROP DEFAULT")
    op.execute("ALTER TABLE orders RENAME COLUMN total TO total_old")
    op.execute("ALTER TABLE orders RENAME COLUMN total_new TO total")
    op.execute(
        "CREATE FUNCTION zz_orders_total_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.total_old := NEW.total::numeric(10,2); RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_total_keep BEFORE INSERT OR UPDATE ON orders FOR "
        "EACH ROW WHEN (NEW.total IS DISTINCT FROM (NEW.total_old::numeric(12,4))) "
        "EXECUTE FUNCTION zz_orders_total_keep()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER zz_orders_total_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_total_keep()")
    op.execute("ALTER TABLE orders RENAME COLUMN total TO total_new")
    op.execute("ALTER TABLE orders RENAME COLUMN total_old TO total")
    op.execute("ALTER TABLE orders ALTER COLUMN total SET DEFAULT 0")
    op.execute("ALTER TABLE orders ALTER COLUMN total_new DROP DEFAULT")
    op.execute("ALTER TABLE orders ALTER COLUMN total_new DROP NOT NULL")
    op.execute(
        "CREATE FUNCTION zz_orders_total_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.total_new := NEW.total::numeric(12,4); RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_total_fill BEFORE INSERT OR UPDATE ON orders FOR "
        "EACH ROW WHEN (NEW.total_new IS DISTINCT FROM (NEW.total::numeric(12,4))) "
        "EXECUTE FUNCTION zz_orders_total_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""follow total_old of orders into the attic

A table beside it takes every value written from now on, so that the drop can be undone.

Phase: contract
Locks: SHARE ROW EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.

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
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
    op.execute(
        "CREATE TABLE pgwright.attic_orders_total_old AS SELECT id, total_old AS "
        "total_old FROM orders WITH NO DATA"
    )
    op.execute("ALTER TABLE pgwright.attic_orders_total_old ADD PRIMARY KEY (id)")
    op.execute(
        "CREATE FUNCTION pgwright.attic_orders_total_old() RETURNS trigger "
        "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp "
        "AS 'BEGIN IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id "
        "OR NEW.total_old IS DISTINCT FROM OLD.total_old) THEN RETURN NULL; END "
        "IF; IF TG_OP <> ''INSERT'' THEN DELETE FROM "
        "pgwright.attic_orders_total_old AS kept WHERE kept.id = OLD.id; END IF; "
        "IF TG_OP <> ''DELETE'' THEN INSERT INTO pgwright.attic_orders_total_old "
        "(id, total_old) VALUES (NEW.id, NEW.total_old) ON CONFLICT (id) DO UPDATE "
        "SET total_old = EXCLUDED.total_old; END IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER attic_orders_total_old AFTER INSERT OR UPDATE OR DELETE ON "
        "orders FOR EACH ROW EXECUTE FUNCTION pgwright.attic_orders_total_old()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER attic_orders_total_old ON orders")
    op.execute("DROP FUNCTION pgwright.attic_orders_total_old()")
    op.execute("DROP TABLE pgwright.attic_orders_total_old")


# ----------------------------------------------------------------------------------------------------

"""copy total_old of orders into the attic

In batches, each its own transaction; it can be repeated. That nothing is missing is
checked and noted.

Phase: contract
Locks: ROW SHARE on orders; no writer waits, but for a delete of a row of the batch

Validation: each count must be 0
  -- rows without a copy
  SELECT count(*) FROM orders AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_orders_total_old AS kept WHERE kept.id = here.id AND NOT (kept.total_old IS DISTINCT FROM here.total_old))

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
    'change': 'change_type',
    'phase': 'contract',
    'validate': ['SELECT count(*) FROM orders AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_orders_total_old AS kept WHERE kept.id = here.id AND NOT (kept.total_old IS DISTINCT FROM here.total_old))'],
}


def upgrade() -> None:
    copy = (
        "INSERT INTO pgwright.attic_orders_total_old (id, total_old) SELECT id, "
        "total_old FROM orders AS here WHERE NOT EXISTS (SELECT FROM "
        "pgwright.attic_orders_total_old AS kept WHERE kept.id = here.id)"
    )
    if op.get_context().as_sql:
        op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('orders') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{copy} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)' FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
            op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")  # rows that moved meanwhile
    op.execute(
        "DO 'BEGIN IF EXISTS (SELECT FROM orders AS here WHERE NOT EXISTS (SELECT "
        "FROM pgwright.attic_orders_total_old AS kept WHERE kept.id = here.id AND "
        "NOT (kept.total_old IS DISTINCT FROM here.total_old))) THEN RAISE "
        "EXCEPTION USING MESSAGE = ''pgwright.attic_orders_total_old is not "
        "complete: run this revision again''; END IF; COMMENT ON TABLE "
        "pgwright.attic_orders_total_old IS ''complete''; END'"
    )


def downgrade() -> None:
    op.execute("COMMENT ON TABLE pgwright.attic_orders_total_old IS NULL")


# ----------------------------------------------------------------------------------------------------

"""drop total_old of orders

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills total_old again in batches; it refuses values that numeric(10,2)
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
    'change': 'change_type',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_total_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_orders_total_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_total_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_total_keep()")
    op.execute(
        "DO 'BEGIN IF "
        "obj_description(to_regclass(''pgwright.attic_orders_total_old''), "
        "''pg_class'') IS DISTINCT FROM ''complete'' THEN RAISE EXCEPTION USING "
        "MESSAGE = ''pgwright.attic_orders_total_old is not complete: nothing is "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER attic_orders_total_old ON orders")
    op.execute("DROP FUNCTION pgwright.attic_orders_total_old()")
    op.drop_column("orders", "total_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_orders_total_keep ON orders")
    op.execute("DROP FUNCTION IF EXISTS zz_orders_total_keep()")
    op.execute("DROP TRIGGER IF EXISTS attic_orders_total_old ON orders")
    op.execute("DROP FUNCTION IF EXISTS pgwright.attic_orders_total_old()")
    op.execute("ALTER TABLE orders DROP COLUMN IF EXISTS total_old")
    op.execute("ALTER TABLE orders DROP COLUMN IF EXISTS total_old")
    op.execute("ALTER TABLE orders ADD COLUMN total_old numeric(10,2)")
    op.execute(
        "CREATE FUNCTION zz_orders_total_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.total_old := NEW.total::numeric(10,2); RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_total_keep BEFORE INSERT OR UPDATE ON orders FOR "
        "EACH ROW WHEN (NEW.total IS DISTINCT FROM (NEW.total_old::numeric(12,4))) "
        "EXECUTE FUNCTION zz_orders_total_keep()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_total_mirror CHECK (total IS "
        "NOT DISTINCT FROM (total_old::numeric(12,4)) AND total IS NOT NULL AND "
        "total_old IS NOT NULL) NOT VALID"
    )
    fill = (
        "UPDATE orders SET total_old = COALESCE((SELECT kept.total_old FROM "
        "pgwright.attic_orders_total_old AS kept WHERE kept.id = orders.id AND NOT "
        "(orders.total IS DISTINCT FROM (kept.total_old::numeric(12,4)))), "
        "total::numeric(10,2)) WHERE total IS DISTINCT FROM "
        "(total_old::numeric(12,4))"
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
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_total_mirror")
    op.execute("ALTER TABLE orders ALTER COLUMN total_old SET NOT NULL")
    op.execute(
        "CREATE FUNCTION pgwright.attic_orders_total_old() RETURNS trigger "
        "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp "
        "AS 'BEGIN IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id "
        "OR NEW.total_old IS DISTINCT FROM OLD.total_old) THEN RETURN NULL; END "
        "IF; IF TG_OP <> ''INSERT'' THEN DELETE FROM "
        "pgwright.attic_orders_total_old AS kept WHERE kept.id = OLD.id; END IF; "
        "IF TG_OP <> ''DELETE'' THEN INSERT INTO pgwright.attic_orders_total_old "
        "(id, total_old) VALUES (NEW.id, NEW.total_old) ON CONFLICT (id) DO UPDATE "
        "SET total_old = EXCLUDED.total_old; END IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER attic_orders_total_old AFTER INSERT OR UPDATE OR DELETE ON "
        "orders FOR EACH ROW EXECUTE FUNCTION pgwright.attic_orders_total_old()"
    )


# ----------------------------------------------------------------------------------------------------

"""follow note of orders into the attic

A table beside it takes every value written from now on, so that the drop can be undone.

Phase: contract
Locks: SHARE ROW EXCLUSIVE on orders for an instant

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
    op.execute(
        "CREATE TABLE pgwright.attic_orders_note AS SELECT id, note AS note FROM "
        "orders WITH NO DATA"
    )
    op.execute("ALTER TABLE pgwright.attic_orders_note ADD PRIMARY KEY (id)")
    op.execute(
        "CREATE FUNCTION pgwright.attic_orders_note() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN "
        "IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id OR NEW.note "
        "IS DISTINCT FROM OLD.note) THEN RETURN NULL; END IF; IF TG_OP <> "
        "''INSERT'' THEN DELETE FROM pgwright.attic_orders_note AS kept WHERE "
        "kept.id = OLD.id; END IF; IF TG_OP <> ''DELETE'' THEN INSERT INTO "
        "pgwright.attic_orders_note (id, note) VALUES (NEW.id, NEW.note) ON "
        "CONFLICT (id) DO UPDATE SET note = EXCLUDED.note; END IF; RETURN NULL; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER attic_orders_note AFTER INSERT OR UPDATE OR DELETE ON "
        "orders FOR EACH ROW EXECUTE FUNCTION pgwright.attic_orders_note()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER attic_orders_note ON orders")
    op.execute("DROP FUNCTION pgwright.attic_orders_note()")
    op.execute("DROP TABLE pgwright.attic_orders_note")


# ----------------------------------------------------------------------------------------------------

"""copy note of orders into the attic

In batches, each its own transaction; it can be repeated. That nothing is missing is
checked and noted.

Phase: contract
Locks: ROW SHARE on orders; no writer waits, but for a delete of a row of the batch

Validation: each count must be 0
  -- rows without a copy
  SELECT count(*) FROM orders AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_orders_note AS kept WHERE kept.id = here.id AND NOT (kept.note IS DISTINCT FROM here.note))

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': ['SELECT count(*) FROM orders AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_orders_note AS kept WHERE kept.id = here.id AND NOT (kept.note IS DISTINCT FROM here.note))'],
}


def upgrade() -> None:
    copy = (
        "INSERT INTO pgwright.attic_orders_note (id, note) SELECT id, note FROM "
        "orders AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_orders_note "
        "AS kept WHERE kept.id = here.id)"
    )
    if op.get_context().as_sql:
        op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('orders') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{copy} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)' FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
            op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")  # rows that moved meanwhile
    op.execute(
        "DO 'BEGIN IF EXISTS (SELECT FROM orders AS here WHERE NOT EXISTS (SELECT "
        "FROM pgwright.attic_orders_note AS kept WHERE kept.id = here.id AND NOT "
        "(kept.note IS DISTINCT FROM here.note))) THEN RAISE EXCEPTION USING "
        "MESSAGE = ''pgwright.attic_orders_note is not complete: run this revision "
        "again''; END IF; COMMENT ON TABLE pgwright.attic_orders_note IS "
        "''complete''; END'"
    )


def downgrade() -> None:
    op.execute("COMMENT ON TABLE pgwright.attic_orders_note IS NULL")


# ----------------------------------------------------------------------------------------------------

"""drop note from orders

The column leaves the catalog; its bytes stay in old rows until those are rewritten.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The values stay in pgwright.attic_orders_note; the downgrade brings them back. Drop it
  once nobody will go back.

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF obj_description(to_regclass(''pgwright.attic_orders_note''), "
        "''pg_class'') IS DISTINCT FROM ''complete'' THEN RAISE EXCEPTION USING "
        "MESSAGE = ''pgwright.attic_orders_note is not complete: nothing is "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER attic_orders_note ON orders")
    op.execute("DROP FUNCTION pgwright.attic_orders_note()")
    op.drop_column("orders", "note")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS attic_orders_note ON orders")
    op.execute("DROP FUNCTION IF EXISTS pgwright.attic_orders_note()")
    op.execute("ALTER TABLE orders DROP COLUMN IF EXISTS note")
    op.add_column("orders", sa.Column("note", sa.Text(), nullable=True))
    fill = (
        "UPDATE orders SET note = (SELECT kept.note FROM "
        "pgwright.attic_orders_note AS kept WHERE kept.id = orders.id) WHERE "
        "EXISTS (SELECT FROM pgwright.attic_orders_note AS kept WHERE kept.id = "
        "orders.id AND kept.note IS DISTINCT FROM orders.note)"
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
    op.execute(
        "CREATE FUNCTION pgwright.attic_orders_note() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN "
        "IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id OR NEW.note "
        "IS DISTINCT FROM OLD.note) THEN RETURN NULL; END IF; IF TG_OP <> "
        "''INSERT'' THEN DELETE FROM pgwright.attic_orders_note AS kept WHERE "
        "kept.id = OLD.id; END IF; IF TG_OP <> ''DELETE'' THEN INSERT INTO "
        "pgwright.attic_orders_note (id, note) VALUES (NEW.id, NEW.note) ON "
        "CONFLICT (id) DO UPDATE SET note = EXCLUDED.note; END IF; RETURN NULL; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER attic_orders_note AFTER INSERT OR UPDATE OR DELETE ON "
        "orders FOR EACH ROW EXECUTE FUNCTION pgwright.attic_orders_note()"
    )
