"""drop constraint ck_old of orders

Only the catalog changes.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade adds it again and reads every row; it refuses when rows break it by
  then.
- A large change: 22 statements in 8 revisions; have it reviewed in parts.

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
    'change': 'drop_constraint',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.drop_constraint(op.f("ck_old"), "orders", type_="check")


def downgrade() -> None:
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_old CHECK ((total < "
        "(1000000)::numeric))"
    )


# ----------------------------------------------------------------------------------------------------

"""drop constraint old_child_parent_id_fkey of old_child

Only the catalog changes.

Phase: contract
Locks: ACCESS EXCLUSIVE on old_child and public.old_parent for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade adds it again and reads every row; it refuses when rows break it by
  then.

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
    'change': 'drop_constraint',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.drop_constraint(
        op.f("old_child_parent_id_fkey"),
        "old_child",
        type_="foreignkey",
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE old_child ADD CONSTRAINT old_child_parent_id_fkey FOREIGN KEY "
        "(parent_id) REFERENCES public.old_parent(id)"
    )


# ----------------------------------------------------------------------------------------------------

"""follow note of orders into the attic

A table beside it takes every value written from now on, so that the drop can be undone.

Phase: contract
Locks: SHARE ROW EXCLUSIVE on orders for an instant

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

"""drop index ix_orders_note of orders

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on orders; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_orders_note') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('ix_orders_note') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_note"),
            table_name="orders",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_orders_note"),
            "orders",
            ["note"],
            unique=False,
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop note from orders

The column leaves the catalog; its bytes stay in old rows until those are rewritten.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The values stay in pgwright.attic_orders_note; the downgrade brings them back. Drop it
  once nobody will go back.

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


# ----------------------------------------------------------------------------------------------------

"""drop table old_child

The table leaves the application's sight with all its rows; they are kept in the attic.

Phase: contract
Locks: ACCESS EXCLUSIVE on old_child for an instant

Validation: each count must be 0
  -- the table is still there
  SELECT (to_regclass('old_child') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.
- The rows stay in pgwright.attic_old_child; the downgrade brings them back. Drop it
  once nobody will go back.

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
    'change': 'drop_table',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('old_child') IS NOT NULL)::int"],
}


def upgrade() -> None:
    op.execute(
        "DO 'DECLARE v text := (SELECT string_agg(DISTINCT "
        "r.ev_class::regclass::text, '', '') FROM pg_depend d JOIN pg_rewrite r ON "
        "r.oid = d.objid WHERE d.classid = ''pg_rewrite''::regclass AND d.refobjid "
        "= ''old_child''::regclass AND r.ev_class <> d.refobjid); BEGIN IF v IS "
        "NOT NULL THEN RAISE EXCEPTION USING MESSAGE = ''still looked at by '' || "
        "v; END IF; END'"
    )
    op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
    op.execute("ALTER TABLE old_child SET SCHEMA pgwright")
    op.execute("ALTER TABLE pgwright.old_child RENAME TO attic_old_child")


def downgrade() -> None:
    op.execute("ALTER TABLE pgwright.attic_old_child RENAME TO old_child")
    op.execute("ALTER TABLE pgwright.old_child SET SCHEMA public")


# ----------------------------------------------------------------------------------------------------

"""drop table old_parent

The table leaves the application's sight with all its rows; they are kept in the attic.

Phase: contract
Locks: ACCESS EXCLUSIVE on old_parent for an instant

Validation: each count must be 0
  -- the table is still there
  SELECT (to_regclass('old_parent') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.
- The rows stay in pgwright.attic_old_parent; the downgrade brings them back. Drop it
  once nobody will go back.

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
    'change': 'drop_table',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('old_parent') IS NOT NULL)::int"],
}


def upgrade() -> None:
    op.execute(
        "DO 'DECLARE v text := (SELECT string_agg(DISTINCT "
        "r.ev_class::regclass::text, '', '') FROM pg_depend d JOIN pg_rewrite r ON "
        "r.oid = d.objid WHERE d.classid = ''pg_rewrite''::regclass AND d.refobjid "
        "= ''old_parent''::regclass AND r.ev_class <> d.refobjid); BEGIN IF v IS "
        "NOT NULL THEN RAISE EXCEPTION USING MESSAGE = ''still looked at by '' || "
        "v; END IF; END'"
    )
    op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
    op.execute("ALTER TABLE old_parent SET SCHEMA pgwright")
    op.execute("ALTER TABLE pgwright.old_parent RENAME TO attic_old_parent")


def downgrade() -> None:
    op.execute("ALTER TABLE pgwright.attic_old_parent RENAME TO old_parent")
    op.execute("ALTER TABLE pgwright.old_parent SET SCHEMA public")
