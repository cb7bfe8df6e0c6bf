"""add amount_new to price, kept equal to amount

amount as integer, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on price for an instant

Notes:
- Until the contract every value has to fit both numeric(8,3) and integer.
- A large change: 34 statements in 9 revisions; have it reviewed in parts.

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
    op.add_column("price", sa.Column("amount_new", sa.Integer(), nullable=True))
    op.execute(
        "CREATE FUNCTION zz_price_amount_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.amount_new := round(NEW.amount * 100)::integer; RETURN NEW; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_price_amount_fill BEFORE INSERT OR UPDATE ON price FOR "
        "EACH ROW WHEN (NEW.amount_new IS DISTINCT FROM (round(NEW.amount * "
        "100)::integer)) EXECUTE FUNCTION zz_price_amount_fill()"
    )
    op.execute(
        "ALTER TABLE price ADD CONSTRAINT ck_price_amount_mirror CHECK (amount_new "
        "IS NOT DISTINCT FROM (round(amount * 100)::integer)) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE price DROP CONSTRAINT ck_price_amount_mirror")
    op.execute("DROP TRIGGER zz_price_amount_fill ON price")
    op.execute("DROP FUNCTION zz_price_amount_fill()")
    op.drop_column("price", "amount_new")


# ----------------------------------------------------------------------------------------------------

"""fill amount_new of price

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on price; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which amount_new is not what amount says
  SELECT count(*) FROM price WHERE amount_new IS DISTINCT FROM (round(amount * 100)::integer)

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
    'table': 'price',
    'set': {'amount_new': 'round(amount * 100)::integer'},
    'where': 'amount_new IS DISTINCT FROM (round(amount * 100)::integer)',
    'key': ['shop', 'item'],
    'validate': ['SELECT count(*) FROM price WHERE amount_new IS DISTINCT FROM (round(amount * 100)::integer)'],
}


def upgrade() -> None:
    fill = (
        "UPDATE price SET amount_new = round(amount * 100)::integer WHERE "
        "amount_new IS DISTINCT FROM (round(amount * 100)::integer)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('price') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""prove that amount_new of price is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on price while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which amount_new is not what amount says
  SELECT count(*) FROM price WHERE amount_new IS DISTINCT FROM (round(amount * 100)::integer)

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
    'validate': ['SELECT count(*) FROM price WHERE amount_new IS DISTINCT FROM (round(amount * 100)::integer)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE price VALIDATE CONSTRAINT ck_price_amount_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE price DROP CONSTRAINT ck_price_amount_mirror")
    op.execute(
        "ALTER TABLE price ADD CONSTRAINT ck_price_amount_mirror CHECK (amount_new "
        "IS NOT DISTINCT FROM (round(amount * 100)::integer)) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""build ix_price_amount_new of price

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on price while it is read; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_price_amount_new') AND indisvalid

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
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_price_amount_new') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_price_amount_new"),
            table_name="price",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_price_amount_new"),
            "price",
            [sa.text("amount_new DESC")],
            unique=False,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_price_amount_new"),
            table_name="price",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""let amount of price be the integer one

Only the catalog changes. amount_old is kept up to date from now on, so that the way
back loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on price for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in price; an INSERT without a column list would notice.

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
        "''price''::regclass AND conname = ''ck_price_amount_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_price_amount_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_price_amount_fill ON price")
    op.execute("DROP FUNCTION zz_price_amount_fill()")
    op.execute("ALTER TABLE price ALTER COLUMN amount_new SET DEFAULT 9.995")
    op.execute("ALTER TABLE price ALTER COLUMN amount DROP DEFAULT")
    op.execute("ALTER TABLE price RENAME COLUMN amount TO amount_old")
    op.execute("ALTER TABLE price RENAME COLUMN amount_new TO amount")
    op.execute(
        "CREATE FUNCTION zz_price_amount_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.amount_old := NEW.amount / 100.0; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_price_amount_keep BEFORE INSERT OR UPDATE ON price FOR "
        "EACH ROW WHEN (NEW.amount IS DISTINCT FROM (round(NEW.amount_old * "
        "100)::integer)) EXECUTE FUNCTION zz_price_amount_keep()"
    )
    op.execute("ALTER INDEX ix_price_amount RENAME TO ix_price_amount_old")
    op.execute("ALTER INDEX ix_price_amount_new RENAME TO ix_price_amount")


def downgrade() -> None:
    op.execute("ALTER INDEX ix_price_amount RENAME TO ix_price_amount_new")
    op.execute("ALTER INDEX ix_price_amount_old RENAME TO ix_price_amount")
    op.execute("DROP TRIGGER zz_price_amount_keep ON price")
    op.execute("DROP FUNCTION zz_price_amount_keep()")
    op.execute("ALTER TABLE price RENAME COLUMN amount TO amount_new")
    op.execute("ALTER TABLE price RENAME COLUMN amount_old TO amount")
    op.execute("ALTER TABLE price ALTER COLUMN amount SET DEFAULT 9.995")
    op.execute("ALTER TABLE price ALTER COLUMN amount_new DROP DEFAULT")
    op.execute(
        "CREATE FUNCTION zz_price_amount_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.amount_new := round(NEW.amount * 100)::integer; RETURN NEW; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_price_amount_fill BEFORE INSERT OR UPDATE ON price FOR "
        "EACH ROW WHEN (NEW.amount_new IS DISTINCT FROM (round(NEW.amount * "
        "100)::integer)) EXECUTE FUNCTION zz_price_amount_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""follow amount_old of price into the attic

A table beside it takes every value written from now on, so that the drop can be undone.

Phase: contract
Locks: SHARE ROW EXCLUSIVE on price for an instant

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
        "CREATE TABLE pgwright.attic_price_amount_old AS SELECT shop, item, "
        "amount_old AS amount_old FROM price WITH NO DATA"
    )
    op.execute(
        "ALTER TABLE pgwright.attic_price_amount_old ADD PRIMARY KEY (shop, item)"
    )
    op.execute(
        "CREATE FUNCTION pgwright.attic_price_amount_old() RETURNS trigger "
        "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp "
        "AS 'BEGIN IF TG_OP = ''UPDATE'' AND NOT (NEW.shop IS DISTINCT FROM "
        "OLD.shop OR NEW.item IS DISTINCT FROM OLD.item OR NEW.amount_old IS "
        "DISTINCT FROM OLD.amount_old) THEN RETURN NULL; END IF; IF TG_OP <> "
        "''INSERT'' THEN DELETE FROM pgwright.attic_price_amount_old AS kept WHERE "
        "kept.shop = OLD.shop AND kept.item = OLD.item; END IF; IF TG_OP <> "
        "''DELETE'' THEN INSERT INTO pgwright.attic_price_amount_old (shop, item, "
        "amount_old) VALUES (NEW.shop, NEW.item, NEW.amount_old) ON CONFLICT "
        "(shop, item) DO UPDATE SET amount_old = EXCLUDED.amount_old; END IF; "
        "RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER attic_price_amount_old AFTER INSERT OR UPDATE OR DELETE ON "
        "price FOR EACH ROW EXECUTE FUNCTION pgwright.attic_price_amount_old()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER attic_price_amount_old ON price")
    op.execute("DROP FUNCTION pgwright.attic_price_amount_old()")
    op.execute("DROP TABLE pgwright.attic_price_amount_old")


# ----------------------------------------------------------------------------------------------------

"""copy amount_old of price into the attic

In batches, each its own transaction; it can be repeated. That nothing is missing is
checked and noted.

Phase: contract
Locks: ROW SHARE on price; no writer waits, but for a delete of a row of the batch

Validation: each count must be 0
  -- rows without a copy
  SELECT count(*) FROM price AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_price_amount_old AS kept WHERE kept.shop = here.shop AND kept.item = here.item AND NOT (kept.amount_old IS DISTINCT FROM here.amount_old))

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
    'validate': ['SELECT count(*) FROM price AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_price_amount_old AS kept WHERE kept.shop = here.shop AND kept.item = here.item AND NOT (kept.amount_old IS DISTINCT FROM here.amount_old))'],
}


def upgrade() -> None:
    copy = (
        "INSERT INTO pgwright.attic_price_amount_old (shop, item, amount_old) "
        "SELECT shop, item, amount_old FROM price AS here WHERE NOT EXISTS (SELECT "
        "FROM pgwright.attic_price_amount_old AS kept WHERE kept.shop = here.shop "
        "AND kept.item = here.item)"
    )
    if op.get_context().as_sql:
        op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('price') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{copy} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)' FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
            op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")  # rows that moved meanwhile
    op.execute(
        "DO 'BEGIN IF EXISTS (SELECT FROM price AS here WHERE NOT EXISTS (SELECT "
        "FROM pgwright.attic_price_amount_old AS kept WHERE kept.shop = here.shop "
        "AND kept.item = here.item AND NOT (kept.amount_old IS DISTINCT FROM "
        "here.amount_old))) THEN RAISE EXCEPTION USING MESSAGE = "
        "''pgwright.attic_price_amount_old is not complete: run this revision "
        "again''; END IF; COMMENT ON TABLE pgwright.attic_price_amount_old IS "
        "''complete''; END'"
    )


def downgrade() -> None:
    op.execute("COMMENT ON TABLE pgwright.attic_price_amount_old IS NULL")


# ----------------------------------------------------------------------------------------------------

"""drop index ix_price_amount_old of price

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on price; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_price_amount_old') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.

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
    'validate': ["SELECT (to_regclass('ix_price_amount_old') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_price_amount_old"),
            table_name="price",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_price_amount_old"),
            "price",
            [sa.text("amount_old DESC")],
            unique=False,
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop amount_old of price

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on price for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills amount_old again in batches; it refuses values that numeric(8,3)
  cannot hold.

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
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''price''::regclass AND conname = ''ck_price_amount_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_price_amount_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_price_amount_keep ON price")
    op.execute("DROP FUNCTION zz_price_amount_keep()")
    op.execute(
        "DO 'BEGIN IF "
        "obj_description(to_regclass(''pgwright.attic_price_amount_old''), "
        "''pg_class'') IS DISTINCT FROM ''complete'' THEN RAISE EXCEPTION USING "
        "MESSAGE = ''pgwright.attic_price_amount_old is not complete: nothing is "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER attic_price_amount_old ON price")
    op.execute("DROP FUNCTION pgwright.attic_price_amount_old()")
    op.drop_column("price", "amount_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_price_amount_keep ON price")
    op.execute("DROP FUNCTION IF EXISTS zz_price_amount_keep()")
    op.execute("DROP TRIGGER IF EXISTS attic_price_amount_old ON price")
    op.execute("DROP FUNCTION IF EXISTS pgwright.attic_price_amount_old()")
    op.execute("ALTER TABLE price DROP COLUMN IF EXISTS amount_old")
    op.execute("ALTER TABLE price DROP COLUMN IF EXISTS amount_old")
    op.execute("ALTER TABLE price ADD COLUMN amount_old numeric(8,3)")
    op.execute(
        "CREATE FUNCTION zz_price_amount_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.amount_old := NEW.amount / 100.0; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_price_amount_keep BEFORE INSERT OR UPDATE ON price FOR "
        "EACH ROW WHEN (NEW.amount IS DISTINCT FROM (round(NEW.amount_old * "
        "100)::integer)) EXECUTE FUNCTION zz_price_amount_keep()"
    )
    op.execute(
        "ALTER TABLE price ADD CONSTRAINT ck_price_amount_mirror CHECK (amount IS "
        "NOT DISTINCT FROM (round(amount_old * 100)::integer)) NOT VALID"
    )
    fill = (
        "UPDATE price SET amount_old = COALESCE((SELECT kept.amount_old FROM "
        "pgwright.attic_price_amount_old AS kept WHERE kept.shop = price.shop AND "
        "kept.item = price.item AND NOT (price.amount IS DISTINCT FROM "
        "(round(kept.amount_old * 100)::integer))), amount / 100.0) WHERE amount "
        "IS DISTINCT FROM (round(amount_old * 100)::integer)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('price') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE price VALIDATE CONSTRAINT ck_price_amount_mirror")
    op.execute(
        "CREATE FUNCTION pgwright.attic_price_amount_old() RETURNS trigger "
        "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp "
        "AS 'BEGIN IF TG_OP = ''UPDATE'' AND NOT (NEW.shop IS DISTINCT FROM "
        "OLD.shop OR NEW.item IS DISTINCT FROM OLD.item OR NEW.amount_old IS "
        "DISTINCT FROM OLD.amount_old) THEN RETURN NULL; END IF; IF TG_OP <> "
        "''INSERT'' THEN DELETE FROM pgwright.attic_price_amount_old AS kept WHERE "
        "kept.shop = OLD.shop AND kept.item = OLD.item; END IF; IF TG_OP <> "
        "''DELETE'' THEN INSERT INTO pgwright.attic_price_amount_old (shop, item, "
        "amount_old) VALUES (NEW.shop, NEW.item, NEW.amount_old) ON CONFLICT "
        "(shop, item) DO UPDATE SET amount_old = EXCLUDED.amount_old; END IF; "
        "RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER attic_price_amount_old AFTER INSERT OR UPDATE OR DELETE ON "
        "price FOR EACH ROW EXECUTE FUNCTION pgwright.attic_price_amount_old()"
    )
