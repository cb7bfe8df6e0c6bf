"""add at_new to visit, kept equal to at

at as timestamptz, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on visit for an instant

Notes:
- Values without a zone count as UTC; give `using` for another.
- Until the contract every value has to fit both timestamp without time zone and
  timestamptz.
- A large change: 24 statements in 7 revisions; have it reviewed in parts.

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
        "visit",
        sa.Column("at_new", sa.DateTime(timezone=True), nullable=True),
    )
    op.execute(
        "CREATE FUNCTION zz_visit_at_fill() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.at_new := NEW.at AT TIME ZONE ''UTC''; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_visit_at_fill BEFORE INSERT OR UPDATE ON visit FOR EACH "
        "ROW WHEN (NEW.at_new IS DISTINCT FROM (NEW.at AT TIME ZONE 'UTC')) "
        "EXECUTE FUNCTION zz_visit_at_fill()"
    )
    op.execute(
        "ALTER TABLE visit ADD CONSTRAINT ck_visit_at_mirror CHECK (at_new IS NOT "
        "DISTINCT FROM (at AT TIME ZONE 'UTC')) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE visit DROP CONSTRAINT ck_visit_at_mirror")
    op.execute("DROP TRIGGER zz_visit_at_fill ON visit")
    op.execute("DROP FUNCTION zz_visit_at_fill()")
    op.drop_column("visit", "at_new")


# ----------------------------------------------------------------------------------------------------

"""fill at_new of visit

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on visit; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which at_new is not what at says
  SELECT count(*) FROM visit WHERE at_new IS DISTINCT FROM (at AT TIME ZONE 'UTC')

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
    'table': 'visit',
    'set': {'at_new': "at AT TIME ZONE 'UTC'"},
    'where': "at_new IS DISTINCT FROM (at AT TIME ZONE 'UTC')",
    'key': ['id'],
    'validate': ["SELECT count(*) FROM visit WHERE at_new IS DISTINCT FROM (at AT TIME ZONE 'UTC')"],
}


def upgrade() -> None:
    fill = (
        "UPDATE visit SET at_new = at AT TIME ZONE 'UTC' WHERE at_new IS DISTINCT "
        "FROM (at AT TIME ZONE 'UTC')"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('visit') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""prove that at_new of visit is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on visit while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which at_new is not what at says
  SELECT count(*) FROM visit WHERE at_new IS DISTINCT FROM (at AT TIME ZONE 'UTC')

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
    'validate': ["SELECT count(*) FROM visit WHERE at_new IS DISTINCT FROM (at AT TIME ZONE 'UTC')"],
}


def upgrade() -> None:
    op.execute("ALTER TABLE visit VALIDATE CONSTRAINT ck_visit_at_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE visit DROP CONSTRAINT ck_visit_at_mirror")
    op.execute(
        "ALTER TABLE visit ADD CONSTRAINT ck_visit_at_mirror CHECK (at_new IS NOT "
        "DISTINCT FROM (at AT TIME ZONE 'UTC')) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""build ix_visit_at_new of visit

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on visit while it is read; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_visit_at_new') AND indisvalid

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
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_visit_at_new') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_visit_at_new"),
            table_name="visit",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_visit_at_new"),
            "visit",
            ["at_new"],
            unique=False,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_visit_at_new"),
            table_name="visit",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""let at of visit be the timestamptz one

Only the catalog changes. at_old is kept up to date from now on, so that the way back
loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on visit for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in visit; an INSERT without a column list would notice.

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
        "''visit''::regclass AND conname = ''ck_visit_at_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = ''ck_visit_at_mirror "
        "is not validated: the copy may be incomplete, nothing is switched or "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_visit_at_fill ON visit")
    op.execute("DROP FUNCTION zz_visit_at_fill()")
    op.execute(
        "ALTER TABLE visit ALTER COLUMN at_new SET DEFAULT '2026-01-01 "
        "00:00:00'::timestamptz"
    )
    op.execute("ALTER TABLE visit ALTER COLUMN at DROP DEFAULT")
    op.execute("ALTER TABLE visit RENAME COLUMN at TO at_old")
    op.execute("ALTER TABLE visit RENAME COLUMN at_new TO at")
    op.execute(
        "CREATE FUNCTION zz_visit_at_keep() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.at_old := NEW.at AT TIME ZONE ''UTC''; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_visit_at_keep BEFORE INSERT OR UPDATE ON visit FOR EACH "
        "ROW WHEN (NEW.at IS DISTINCT FROM (NEW.at_old AT TIME ZONE 'UTC')) "
        "EXECUTE FUNCTION zz_visit_at_keep()"
    )
    op.execute("ALTER INDEX ix_visit_at RENAME TO ix_visit_at_old")
    op.execute("ALTER INDEX ix_visit_at_new RENAME TO ix_visit_at")


def downgrade() -> None:
    op.execute("ALTER INDEX ix_visit_at RENAME TO ix_visit_at_new")
    op.execute("ALTER INDEX ix_visit_at_old RENAME TO ix_visit_at")
    op.execute("DROP TRIGGER zz_visit_at_keep ON visit")
    op.execute("DROP FUNCTION zz_visit_at_keep()")
    op.execute("ALTER TABLE visit RENAME COLUMN at TO at_new")
    op.execute("ALTER TABLE visit RENAME COLUMN at_old TO at")
    op.execute(
        "ALTER TABLE visit ALTER COLUMN at SET DEFAULT '2026-01-01 "
        "00:00:00'::timestamp without time zone"
    )
    op.execute("ALTER TABLE visit ALTER COLUMN at_new DROP DEFAULT")
    op.execute(
        "CREATE FUNCTION zz_visit_at_fill() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.at_new := NEW.at AT TIME ZONE ''UTC''; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_visit_at_fill BEFORE INSERT OR UPDATE ON visit FOR EACH "
        "ROW WHEN (NEW.at_new IS DISTINCT FROM (NEW.at AT TIME ZONE 'UTC')) "
        "EXECUTE FUNCTION zz_visit_at_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""drop index ix_visit_at_old of visit

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on visit; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_visit_at_old') IS NOT NULL)::int

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
    'validate': ["SELECT (to_regclass('ix_visit_at_old') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_visit_at_old"),
            table_name="visit",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_visit_at_old"),
            "visit",
            ["at_old"],
            unique=False,
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop at_old of visit

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on visit for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills at_old again in batches; it refuses values that timestamp without
  time zone cannot hold.

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
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''visit''::regclass AND conname = ''ck_visit_at_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = ''ck_visit_at_mirror "
        "is not validated: the copy may be incomplete, nothing is switched or "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_visit_at_keep ON visit")
    op.execute("DROP FUNCTION zz_visit_at_keep()")
    op.drop_column("visit", "at_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_visit_at_keep ON visit")
    op.execute("DROP FUNCTION IF EXISTS zz_visit_at_keep()")
    op.execute("ALTER TABLE visit DROP COLUMN IF EXISTS at_old")
    op.execute("ALTER TABLE visit ADD COLUMN at_old timestamp without time zone")
    op.execute(
        "CREATE FUNCTION zz_visit_at_keep() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.at_old := NEW.at AT TIME ZONE ''UTC''; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_visit_at_keep BEFORE INSERT OR UPDATE ON visit FOR EACH "
        "ROW WHEN (NEW.at IS DISTINCT FROM (NEW.at_old AT TIME ZONE 'UTC')) "
        "EXECUTE FUNCTION zz_visit_at_keep()"
    )
    op.execute(
        "ALTER TABLE visit ADD CONSTRAINT ck_visit_at_mirror CHECK (at IS NOT "
        "DISTINCT FROM (at_old AT TIME ZONE 'UTC')) NOT VALID"
    )
    fill = (
        "UPDATE visit SET at_old = at AT TIME ZONE 'UTC' WHERE at IS DISTINCT FROM "
        "(at_old AT TIME ZONE 'UTC')"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('visit') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE visit VALIDATE CONSTRAINT ck_visit_at_mirror")
