"""let customer.email be NULL

New code does not write the column any more; rows without it must be possible.

Phase: expand
Locks: ACCESS EXCLUSIVE on customer for an instant

Notes:
- The downgrade refuses once a NULL has been written.

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
    'change': 'drop_column',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column("customer", "email", nullable=True)


def downgrade() -> None:
    op.alter_column("customer", "email", nullable=False)


# ----------------------------------------------------------------------------------------------------

"""follow email of customer into the attic

A table beside it takes every value written from now on, so that the drop can be undone.

Phase: contract
Locks: SHARE ROW EXCLUSIVE on customer for an instant

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
    op.execute(
        "CREATE TABLE pgwright.attic_customer_email AS SELECT id, email AS email "
        "FROM customer WITH NO DATA"
    )
    op.execute("ALTER TABLE pgwright.attic_customer_email ADD PRIMARY KEY (id)")
    op.execute(
        "CREATE FUNCTION pgwright.attic_customer_email() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN "
        "IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id OR "
        "NEW.email IS DISTINCT FROM OLD.email) THEN RETURN NULL; END IF; IF TG_OP "
        "<> ''INSERT'' THEN DELETE FROM pgwright.attic_customer_email AS kept "
        "WHERE kept.id = OLD.id; END IF; IF TG_OP <> ''DELETE'' THEN INSERT INTO "
        "pgwright.attic_customer_email (id, email) VALUES (NEW.id, NEW.email) ON "
        "CONFLICT (id) DO UPDATE SET email = EXCLUDED.email; END IF; RETURN NULL; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER attic_customer_email AFTER INSERT OR UPDATE OR DELETE ON "
        "customer FOR EACH ROW EXECUTE FUNCTION pgwright.attic_customer_email()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER attic_customer_email ON customer")
    op.execute("DROP FUNCTION pgwright.attic_customer_email()")
    op.execute("DROP TABLE pgwright.attic_customer_email")


# ----------------------------------------------------------------------------------------------------

"""copy email of customer into the attic

In batches, each its own transaction; it can be repeated. That nothing is missing is
checked and noted.

Phase: contract
Locks: ROW SHARE on customer; no writer waits, but for a delete of a row of the batch

Validation: each count must be 0
  -- rows without a copy
  SELECT count(*) FROM customer AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_customer_email AS kept WHERE kept.id = here.id AND NOT (kept.email IS DISTINCT FROM here.email))

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': ['SELECT count(*) FROM customer AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_customer_email AS kept WHERE kept.id = here.id AND NOT (kept.email IS DISTINCT FROM here.email))'],
}


def upgrade() -> None:
    copy = (
        "INSERT INTO pgwright.attic_customer_email (id, email) SELECT id, email "
        "FROM customer AS here WHERE NOT EXISTS (SELECT FROM "
        "pgwright.attic_customer_email AS kept WHERE kept.id = here.id)"
    )
    if op.get_context().as_sql:
        op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('customer') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{copy} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)' FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
            op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")  # rows that moved meanwhile
    op.execute(
        "DO 'BEGIN IF EXISTS (SELECT FROM customer AS here WHERE NOT EXISTS "
        "(SELECT FROM pgwright.attic_customer_email AS kept WHERE kept.id = "
        "here.id AND NOT (kept.email IS DISTINCT FROM here.email))) THEN RAISE "
        "EXCEPTION USING MESSAGE = ''pgwright.attic_customer_email is not "
        "complete: run this revision again''; END IF; COMMENT ON TABLE "
        "pgwright.attic_customer_email IS ''complete''; END'"
    )


def downgrade() -> None:
    op.execute("COMMENT ON TABLE pgwright.attic_customer_email IS NULL")


# ----------------------------------------------------------------------------------------------------

"""drop email from customer

The column leaves the catalog; its bytes stay in old rows until those are rewritten.

Phase: contract
Locks: ACCESS EXCLUSIVE on customer for an instant

Notes:
- Only after no release that uses it is running any more.
- The values stay in pgwright.attic_customer_email; the downgrade brings them back. Drop
  it once nobody will go back.

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.drop_constraint(op.f("uq_customer_email"), "customer", type_="unique")
    op.execute(
        "DO 'BEGIN IF "
        "obj_description(to_regclass(''pgwright.attic_customer_email''), "
        "''pg_class'') IS DISTINCT FROM ''complete'' THEN RAISE EXCEPTION USING "
        "MESSAGE = ''pgwright.attic_customer_email is not complete: nothing is "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER attic_customer_email ON customer")
    op.execute("DROP FUNCTION pgwright.attic_customer_email()")
    op.drop_column("customer", "email")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS attic_customer_email ON customer")
    op.execute("DROP FUNCTION IF EXISTS pgwright.attic_customer_email()")
    op.execute("ALTER TABLE customer DROP COLUMN IF EXISTS email")
    op.add_column("customer", sa.Column("email", sa.Text(), nullable=True))
    fill = (
        "UPDATE customer SET email = (SELECT kept.email FROM "
        "pgwright.attic_customer_email AS kept WHERE kept.id = customer.id) WHERE "
        "EXISTS (SELECT FROM pgwright.attic_customer_email AS kept WHERE kept.id = "
        "customer.id AND kept.email IS DISTINCT FROM customer.email)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('customer') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile
    op.execute(
        "CREATE FUNCTION pgwright.attic_customer_email() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN "
        "IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id OR "
        "NEW.email IS DISTINCT FROM OLD.email) THEN RETURN NULL; END IF; IF TG_OP "
        "<> ''INSERT'' THEN DELETE FROM pgwright.attic_customer_email AS kept "
        "WHERE kept.id = OLD.id; END IF; IF TG_OP <> ''DELETE'' THEN INSERT INTO "
        "pgwright.attic_customer_email (id, email) VALUES (NEW.id, NEW.email) ON "
        "CONFLICT (id) DO UPDATE SET email = EXCLUDED.email; END IF; RETURN NULL; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER attic_customer_email AFTER INSERT OR UPDATE OR DELETE ON "
        "customer FOR EACH ROW EXECUTE FUNCTION pgwright.attic_customer_email()"
    )
    op.execute("ALTER TABLE customer ADD CONSTRAINT uq_customer_email UNIQUE (email)")
