"""follow status of orders into the attic

A table beside it takes every value written from now on, so that the drop can be undone.

Phase: contract
Locks: SHARE ROW EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.

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
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
    op.execute(
        "CREATE TABLE pgwright.attic_orders_status AS SELECT id, status AS status "
        "FROM orders WITH NO DATA"
    )
    op.execute("ALTER TABLE pgwright.attic_orders_status ADD PRIMARY KEY (id)")
    op.execute(
        "CREATE FUNCTION pgwright.attic_orders_status() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN "
        "IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id OR "
        "NEW.status IS DISTINCT FROM OLD.status) THEN RETURN NULL; END IF; IF "
        "TG_OP <> ''INSERT'' THEN DELETE FROM pgwright.attic_orders_status AS kept "
        "WHERE kept.id = OLD.id; END IF; IF TG_OP <> ''DELETE'' THEN INSERT INTO "
        "pgwright.attic_orders_status (id, status) VALUES (NEW.id, NEW.status) ON "
        "CONFLICT (id) DO UPDATE SET status = EXCLUDED.status; END IF; RETURN "
        "NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER attic_orders_status AFTER INSERT OR UPDATE OR DELETE ON "
        "orders FOR EACH ROW EXECUTE FUNCTION pgwright.attic_orders_status()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER attic_orders_status ON orders")
    op.execute("DROP FUNCTION pgwright.attic_orders_status()")
    op.execute("DROP TABLE pgwright.attic_orders_status")


# ----------------------------------------------------------------------------------------------------

"""copy status of orders into the attic

In batches, each its own transaction; it can be repeated. That nothing is missing is
checked and noted.

Phase: contract
Locks: ROW SHARE on orders; no writer waits, but for a delete of a row of the batch

Validation: each count must be 0
  -- rows without a copy
  SELECT count(*) FROM orders AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_orders_status AS kept WHERE kept.id = here.id AND NOT (kept.status IS DISTINCT FROM here.status))

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
    'validate': ['SELECT count(*) FROM orders AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_orders_status AS kept WHERE kept.id = here.id AND NOT (kept.status IS DISTINCT FROM here.status))'],
}


def upgrade() -> None:
    copy = (
        "INSERT INTO pgwright.attic_orders_status (id, status) SELECT id, status "
        "FROM orders AS here WHERE NOT EXISTS (SELECT FROM "
        "pgwright.attic_orders_status AS kept WHERE kept.id = here.id)"
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
        "FROM pgwright.attic_orders_status AS kept WHERE kept.id = here.id AND NOT "
        "(kept.status IS DISTINCT FROM here.status))) THEN RAISE EXCEPTION USING "
        "MESSAGE = ''pgwright.attic_orders_status is not complete: run this "
        "revision again''; END IF; COMMENT ON TABLE pgwright.attic_orders_status "
        "IS ''complete''; END'"
    )


def downgrade() -> None:
    op.execute("COMMENT ON TABLE pgwright.attic_orders_status IS NULL")


# ----------------------------------------------------------------------------------------------------

"""drop index ix_orders_status of orders

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on orders; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_orders_status') IS NOT NULL)::int

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
    'validate': ["SELECT (to_regclass('ix_orders_status') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_status"),
            table_name="orders",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_orders_status"),
            "orders",
            ["status", "id"],
            unique=False,
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop status from orders

The column leaves the catalog; its bytes stay in old rows until those are rewritten.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The values stay in pgwright.attic_orders_status; the downgrade brings them back. Drop
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
    op.drop_constraint(op.f("ck_status"), "orders", type_="check")
    op.execute(
        "DO 'BEGIN IF "
        "obj_description(to_regclass(''pgwright.attic_orders_status''), "
        "''pg_class'') IS DISTINCT FROM ''complete'' THEN RAISE EXCEPTION USING "
        "MESSAGE = ''pgwright.attic_orders_status is not complete: nothing is "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER attic_orders_status ON orders")
    op.execute("DROP FUNCTION pgwright.attic_orders_status()")
    op.drop_column("orders", "status")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS attic_orders_status ON orders")
    op.execute("DROP FUNCTION IF EXISTS pgwright.attic_orders_status()")
    op.execute("ALTER TABLE orders DROP COLUMN IF EXISTS status")
    op.add_column(
        "orders",
        sa.Column(
            "status",
            sa.Text(),
            server_default=sa.text("'new'::text"),
            nullable=False,
        ),
    )
    op.alter_column("orders", "status", comment="where it stands")
    fill = (
        "UPDATE orders SET status = (SELECT kept.status FROM "
        "pgwright.attic_orders_status AS kept WHERE kept.id = orders.id) WHERE "
        "EXISTS (SELECT FROM pgwright.attic_orders_status AS kept WHERE kept.id = "
        "orders.id AND kept.status IS DISTINCT FROM orders.status)"
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
        "CREATE FUNCTION pgwright.attic_orders_status() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN "
        "IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id OR "
        "NEW.status IS DISTINCT FROM OLD.status) THEN RETURN NULL; END IF; IF "
        "TG_OP <> ''INSERT'' THEN DELETE FROM pgwright.attic_orders_status AS kept "
        "WHERE kept.id = OLD.id; END IF; IF TG_OP <> ''DELETE'' THEN INSERT INTO "
        "pgwright.attic_orders_status (id, status) VALUES (NEW.id, NEW.status) ON "
        "CONFLICT (id) DO UPDATE SET status = EXCLUDED.status; END IF; RETURN "
        "NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER attic_orders_status AFTER INSERT OR UPDATE OR DELETE ON "
        "orders FOR EACH ROW EXECUTE FUNCTION pgwright.attic_orders_status()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_status CHECK ((status <> ''::text))"
    )
