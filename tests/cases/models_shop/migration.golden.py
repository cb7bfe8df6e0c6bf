"""create table line

A new table: nobody uses it yet, so its constraints and indexes come with it.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on line and orders for an instant

Validation: each count must be 0
  -- the table is missing
  SELECT (to_regclass('line') IS NULL)::int
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_line_order_id') AND indisvalid
  -- rows that point at no row of orders
  SELECT count(*) FROM line AS source WHERE source.order_id IS NOT NULL AND NOT EXISTS (SELECT FROM orders AS target WHERE target.id = source.order_id)

Notes:
- A large change: 29 statements in 14 revisions; have it reviewed in parts.

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
    'change': 'create_table',
    'phase': 'expand',
    'validate': ["SELECT (to_regclass('line') IS NULL)::int", "SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_line_order_id') AND indisvalid", 'SELECT count(*) FROM line AS source WHERE source.order_id IS NOT NULL AND NOT EXISTS (SELECT FROM orders AS target WHERE target.id = source.order_id)'],
}


def upgrade() -> None:
    op.execute("CREATE TYPE channel AS ENUM ('web', 'phone')")
    op.create_table(
        "line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
    )
    op.create_index(op.f("ix_line_order_id"), "line", ["order_id"], unique=False)
    op.create_foreign_key(op.f("fk_line_order"), "line", "orders", ["order_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f("fk_line_order"), "line", type_="foreignkey")
    op.drop_index(op.f("ix_line_order_id"), table_name="line")
    op.drop_table("line")
    op.execute("DROP TYPE channel")


# ----------------------------------------------------------------------------------------------------

"""widen customer.name to character varying(120); add preferences to customer

Values are stored alike in both types: nothing is read or rewritten. The default is the
same for every row: PostgreSQL keeps it in the catalog and rewrites nothing.

Phase: expand
Locks: ACCESS EXCLUSIVE on customer for an instant; ACCESS EXCLUSIVE on customer for an
       instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than jsonb
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'customer'::regclass AND attname = 'preferences' AND NOT attisdropped AND atttypid = 'jsonb'::regtype
  -- rows without a value
  SELECT count(*) FROM customer WHERE preferences IS NULL

Notes:
- The downgrade refuses once a value longer than character varying(40) has been written.

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
    'change': 'widen_column',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'customer'::regclass AND attname = 'preferences' AND NOT attisdropped AND atttypid = 'jsonb'::regtype", 'SELECT count(*) FROM customer WHERE preferences IS NULL'],
}


def upgrade() -> None:
    op.alter_column(
        "customer",
        "name",
        type_=sa.String(length=120),
        existing_type=sa.String(length=40),
    )
    op.add_column(
        "customer",
        sa.Column(
            "preferences",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
    )


def downgrade() -> None:
    op.drop_column("customer", "preferences")
    op.alter_column(
        "customer",
        "name",
        type_=sa.String(length=40),
        existing_type=sa.String(length=120),
    )


# ----------------------------------------------------------------------------------------------------

"""change the default of orders.status; add channel to orders

It is used for new rows only; rows that are there keep what they have. The default is
the same for every row: PostgreSQL keeps it in the catalog and rewrites nothing.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant; ACCESS EXCLUSIVE on orders for an
       instant; no row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than public.channel
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'channel' AND NOT attisdropped AND atttypid = 'public.channel'::regtype
  -- rows without a value
  SELECT count(*) FROM orders WHERE channel IS NULL

Revision ID: 000000000003
Revises: 000000000002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "000000000003"
down_revision = "000000000002"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'alter_default',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'channel' AND NOT attisdropped AND atttypid = 'public.channel'::regtype", 'SELECT count(*) FROM orders WHERE channel IS NULL'],
}


def upgrade() -> None:
    op.alter_column("orders", "status", server_default=sa.text("'draft'::text"))
    op.add_column(
        "orders",
        sa.Column(
            "channel",
            postgresql.ENUM("web", "phone", name="channel", create_type=False),
            server_default=sa.text("'web'::public.channel"),
            nullable=True,
        ),
    )


def downgrade() -> None:
    op.drop_column("orders", "channel")
    op.alter_column("orders", "status", server_default=sa.text("'new'::text"))


# ----------------------------------------------------------------------------------------------------

"""index orders on customer_id

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on orders while it is built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_customer_id') AND indisvalid

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

"""index orders on lower(status), id

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on orders while it is built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_status') AND indisvalid

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
    'change': 'add_index',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_status') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_status"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_orders_status"),
            "orders",
            [sa.text("lower(status)"), sa.text("id DESC")],
            unique=False,
            postgresql_where=sa.text("(total > (0)::numeric)"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_status"),
            table_name="orders",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""let orders.customer_id reference customer

NOT VALID: new rows are checked from now on; rows that are there are read by the next
revision.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on orders and customer for an instant

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
    'change': 'add_foreign_key',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_foreign_key(
        op.f("fk_orders_customer"),
        "orders",
        "customer",
        ["customer_id"],
        ["id"],
        ondelete="CASCADE",
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_orders_customer"), "orders", type_="foreignkey")


# ----------------------------------------------------------------------------------------------------

"""check orders: ck_orders_total

NOT VALID: new and changed rows are checked from now on; the others by the next
revision.

Phase: expand
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
    'change': 'add_check',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_orders_total"),
        "orders",
        sa.text("(total >= (0)::numeric)"),
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_orders_total"), "orders", type_="check")


# ----------------------------------------------------------------------------------------------------

"""let no new row of orders leave customer_id empty

NOT VALID: new and changed rows are checked from now on, the others by the next
revision.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Every release that runs from here on must write orders.customer_id.

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
    'change': 'set_not_null',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT orders_customer_id_not_null NOT NULL "
        "customer_id NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT orders_customer_id_not_null")


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
    'change': 'add_foreign_key',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders AS source WHERE source.customer_id IS NOT NULL AND NOT EXISTS (SELECT FROM customer AS target WHERE target.id = source.customer_id)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT fk_orders_customer")


def downgrade() -> None:
    op.drop_constraint(op.f("fk_orders_customer"), "orders", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_orders_customer"),
        "orders",
        "customer",
        ["customer_id"],
        ["id"],
        ondelete="CASCADE",
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
  SELECT count(*) FROM orders WHERE NOT ((total >= (0)::numeric))

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
    'change': 'add_check',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE NOT ((total >= (0)::numeric))'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_total")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_orders_total"), "orders", type_="check")
    op.create_check_constraint(
        op.f("ck_orders_total"),
        "orders",
        sa.text("(total >= (0)::numeric)"),
        postgresql_not_valid=True,
    )


# ----------------------------------------------------------------------------------------------------

"""make orders.customer_id NOT NULL

VALIDATE reads the rows that were there before the constraint; nobody waits for it.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which customer_id is NULL
  SELECT count(*) FROM orders WHERE customer_id IS NULL

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
    'change': 'set_not_null',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE customer_id IS NULL'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_id_not_null")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT orders_customer_id_not_null")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT orders_customer_id_not_null NOT NULL "
        "customer_id NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""follow note of orders into the attic

A table beside it takes every value written from now on, so that the drop can be undone.

Phase: contract
Locks: SHARE ROW EXCLUSIVE on orders for an instant

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
