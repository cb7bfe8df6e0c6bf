"""add customer_new to orders, kept equal to customer

customer as bigint, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Until the contract every value has to fit both integer and bigint.
- A large change: 33 statements in 5 revisions; have it reviewed in parts.

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
    op.add_column("orders", sa.Column("customer_new", sa.BigInteger(), nullable=True))
    op.execute(
        "CREATE FUNCTION zz_orders_customer_fill() RETURNS trigger LANGUAGE "
        "plpgsql AS 'BEGIN NEW.customer_new := NEW.customer::bigint; RETURN NEW; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_customer_fill BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.customer_new IS DISTINCT FROM "
        "(NEW.customer::bigint)) EXECUTE FUNCTION zz_orders_customer_fill()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_mirror CHECK "
        "(customer_new IS NOT DISTINCT FROM (customer::bigint) AND customer_new IS "
        "NOT NULL AND customer IS NOT NULL) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_customer_mirror")
    op.execute("DROP TRIGGER zz_orders_customer_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_customer_fill()")
    op.drop_column("orders", "customer_new")


# ----------------------------------------------------------------------------------------------------

"""fill customer_new of orders

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on orders; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which customer_new is not what customer says
  SELECT count(*) FROM orders WHERE customer_new IS DISTINCT FROM (customer::bigint)

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
    'set': {'customer_new': 'customer::bigint'},
    'where': 'customer_new IS DISTINCT FROM (customer::bigint)',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM orders WHERE customer_new IS DISTINCT FROM (customer::bigint)'],
}


def upgrade() -> None:
    fill = (
        "UPDATE orders SET customer_new = customer::bigint WHERE customer_new IS "
        "DISTINCT FROM (customer::bigint)"
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

"""prove that customer_new of orders is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which customer_new is not what customer says
  SELECT count(*) FROM orders WHERE customer_new IS DISTINCT FROM (customer::bigint)

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
    'validate': ['SELECT count(*) FROM orders WHERE customer_new IS DISTINCT FROM (customer::bigint)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_customer_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_customer_mirror")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_mirror CHECK "
        "(customer_new IS NOT DISTINCT FROM (customer::bigint) AND customer_new IS "
        "NOT NULL AND customer IS NOT NULL) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""let customer of orders be the bigint one

Only the catalog changes. customer_old is kept up to date from now on, so that the way
back loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in orders; an INSERT without a column list would notice.

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
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_customer_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_orders_customer_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_customer_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_customer_fill()")
    op.execute("ALTER TABLE orders ALTER COLUMN customer_new SET NOT NULL")
    op.execute('DROP VIEW "bigger ones"')
    op.execute("DROP VIEW big")
    op.execute("ALTER TABLE orders RENAME COLUMN customer TO customer_old")
    op.execute("ALTER TABLE orders RENAME COLUMN customer_new TO customer")
    op.execute(
        "CREATE FUNCTION zz_orders_customer_keep() RETURNS trigger LANGUAGE "
        "plpgsql AS 'BEGIN NEW.customer_old := NEW.customer::integer; RETURN NEW; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_customer_keep BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.customer IS DISTINCT FROM "
        "(NEW.customer_old::bigint)) EXECUTE FUNCTION zz_orders_customer_keep()"
    )
    op.execute(
        "CREATE VIEW big AS  SELECT id,\n    customer,\n    (customer * 2) AS twice\n "
        "  FROM public.orders\n  WHERE (customer > 5)"
    )
    op.execute("COMMENT ON VIEW big IS 'not 100% small'")
    op.execute("COMMENT ON COLUMN big.twice IS 'two of them'")
    op.execute(
        'CREATE VIEW "bigger ones" WITH (security_barrier=true) AS  SELECT id,\n    '
        "customer\n   FROM public.big\n  WHERE (id > 10)"
    )
    op.execute('GRANT SELECT ON "bigger ones" TO PUBLIC')
    op.execute('GRANT INSERT ON "bigger ones" TO postgres')
    op.execute('GRANT SELECT ON "bigger ones" TO postgres')
    op.execute('GRANT UPDATE ON "bigger ones" TO postgres')
    op.execute('GRANT DELETE ON "bigger ones" TO postgres')
    op.execute('GRANT TRUNCATE ON "bigger ones" TO postgres')
    op.execute('GRANT REFERENCES ON "bigger ones" TO postgres')
    op.execute('GRANT TRIGGER ON "bigger ones" TO postgres')
    op.execute('GRANT MAINTAIN ON "bigger ones" TO postgres')


def downgrade() -> None:
    op.execute('DROP VIEW "bigger ones"')
    op.execute("DROP VIEW big")
    op.execute("DROP TRIGGER zz_orders_customer_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_customer_keep()")
    op.execute("ALTER TABLE orders RENAME COLUMN customer TO customer_new")
    op.execute("ALTER TABLE orders RENAME COLUMN customer_old TO customer")
    op.execute(
        "CREATE VIEW big AS  SELECT id,\n    customer,\n    (customer * 2) AS twice\n "
        "  FROM public.orders\n  WHERE (customer > 5)"
    )
    op.execute("COMMENT ON VIEW big IS 'not 100% small'")
    op.execute("COMMENT ON COLUMN big.twice IS 'two of them'")
    op.execute(
        'CREATE VIEW "bigger ones" WITH (security_barrier=true) AS  SELECT id,\n    '
        "customer\n   FROM public.big\n  WHERE (id > 10)"
    )
    op.execute('GRANT SELECT ON "bigger ones" TO PUBLIC')
    op.execute('GRANT INSERT ON "bigger ones" TO postgres')
    op.execute('GRANT SELECT ON "bigger ones" TO postgres')
    op.execute('GRANT UPDATE ON "bigger ones" TO postgres')
    op.execute('GRANT DELETE ON "bigger ones" TO postgres')
    op.execute('GRANT TRUNCATE ON "bigger ones" TO postgres')
    op.execute('GRANT REFERENCES ON "bigger ones" TO postgres')
    op.execute('GRANT TRIGGER ON "bigger ones" TO postgres')
    op.execute('GRANT MAINTAIN ON "bigger ones" TO postgres')
    op.execute("ALTER TABLE orders ALTER COLUMN customer_new DROP NOT NULL")
    op.execute(
        "CREATE FUNCTION zz_orders_customer_fill() RETURNS trigger LANGUAGE "
        "plpgsql AS 'BEGIN NEW.customer_new := NEW.customer::bigint; RETURN NEW; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_customer_fill BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.customer_new IS DISTINCT FROM "
        "(NEW.customer::bigint)) EXECUTE FUNCTION zz_orders_customer_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""drop customer_old of orders

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills customer_old again in batches; it refuses values that integer
  cannot hold.

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
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_customer_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_orders_customer_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_customer_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_customer_keep()")
    op.drop_column("orders", "customer_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_orders_customer_keep ON orders")
    op.execute("DROP FUNCTION IF EXISTS zz_orders_customer_keep()")
    op.execute("ALTER TABLE orders DROP COLUMN IF EXISTS customer_old")
    op.execute("ALTER TABLE orders ADD COLUMN customer_old integer")
    op.execute(
        "CREATE FUNCTION zz_orders_customer_keep() RETURNS trigger LANGUAGE "
        "plpgsql AS 'BEGIN NEW.customer_old := NEW.customer::integer; RETURN NEW; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_customer_keep BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.customer IS DISTINCT FROM "
        "(NEW.customer_old::bigint)) EXECUTE FUNCTION zz_orders_customer_keep()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_mirror CHECK "
        "(customer IS NOT DISTINCT FROM (customer_old::bigint) AND customer IS NOT "
        "NULL AND customer_old IS NOT NULL) NOT VALID"
    )
    fill = (
        "UPDATE orders SET customer_old = customer::integer WHERE customer IS "
        "DISTINCT FROM (customer_old::bigint)"
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
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_customer_mirror")
    op.execute("ALTER TABLE orders ALTER COLUMN customer_old SET NOT NULL")
