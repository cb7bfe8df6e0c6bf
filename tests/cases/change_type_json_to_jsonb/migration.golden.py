"""add payload_new to event, kept equal to payload

payload as jsonb, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on event for an instant

Notes:
- Until the contract every value has to fit both json and jsonb.
- A large change: 30 statements in 7 revisions; have it reviewed in parts.

Revision ID: 000000000001
Revises: 
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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
    op.add_column("event", sa.Column("payload_new", postgresql.JSONB(), nullable=True))
    op.execute(
        "CREATE FUNCTION zz_event_payload_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.payload_new := NEW.payload::jsonb; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_event_payload_fill BEFORE INSERT OR UPDATE ON event FOR "
        "EACH ROW WHEN (NEW.payload_new IS DISTINCT FROM (NEW.payload::jsonb)) "
        "EXECUTE FUNCTION zz_event_payload_fill()"
    )
    op.execute(
        "ALTER TABLE event ADD CONSTRAINT ck_event_payload_mirror CHECK "
        "(payload_new IS NOT DISTINCT FROM (payload::jsonb) AND payload_new IS NOT "
        "NULL AND payload IS NOT NULL) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE event DROP CONSTRAINT ck_event_payload_mirror")
    op.execute("DROP TRIGGER zz_event_payload_fill ON event")
    op.execute("DROP FUNCTION zz_event_payload_fill()")
    op.drop_column("event", "payload_new")


# ----------------------------------------------------------------------------------------------------

"""fill payload_new of event

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on event; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which payload_new is not what payload says
  SELECT count(*) FROM event WHERE payload_new IS DISTINCT FROM (payload::jsonb)

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
    'table': 'event',
    'set': {'payload_new': 'payload::jsonb'},
    'where': 'payload_new IS DISTINCT FROM (payload::jsonb)',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM event WHERE payload_new IS DISTINCT FROM (payload::jsonb)'],
}


def upgrade() -> None:
    fill = (
        "UPDATE event SET payload_new = payload::jsonb WHERE payload_new IS "
        "DISTINCT FROM (payload::jsonb)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('event') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""prove that payload_new of event is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on event while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which payload_new is not what payload says
  SELECT count(*) FROM event WHERE payload_new IS DISTINCT FROM (payload::jsonb)

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
    'validate': ['SELECT count(*) FROM event WHERE payload_new IS DISTINCT FROM (payload::jsonb)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE event VALIDATE CONSTRAINT ck_event_payload_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE event DROP CONSTRAINT ck_event_payload_mirror")
    op.execute(
        "ALTER TABLE event ADD CONSTRAINT ck_event_payload_mirror CHECK "
        "(payload_new IS NOT DISTINCT FROM (payload::jsonb) AND payload_new IS NOT "
        "NULL AND payload IS NOT NULL) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""let payload of event be the jsonb one

Only the catalog changes. payload_old is kept up to date from now on, so that the way
back loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on event for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in event; an INSERT without a column list would notice.

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
        "''event''::regclass AND conname = ''ck_event_payload_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_event_payload_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_event_payload_fill ON event")
    op.execute("DROP FUNCTION zz_event_payload_fill()")
    op.execute("ALTER TABLE event ALTER COLUMN payload_new SET NOT NULL")
    op.execute("ALTER TABLE event ALTER COLUMN payload_new SET DEFAULT '{}'::jsonb")
    op.execute("ALTER TABLE event ALTER COLUMN payload DROP DEFAULT")
    op.execute("ALTER TABLE event RENAME COLUMN payload TO payload_old")
    op.execute("ALTER TABLE event RENAME COLUMN payload_new TO payload")
    op.execute(
        "CREATE FUNCTION zz_event_payload_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.payload_old := NEW.payload::json; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_event_payload_keep BEFORE INSERT OR UPDATE ON event FOR "
        "EACH ROW WHEN (NEW.payload IS DISTINCT FROM (NEW.payload_old::jsonb)) "
        "EXECUTE FUNCTION zz_event_payload_keep()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER zz_event_payload_keep ON event")
    op.execute("DROP FUNCTION zz_event_payload_keep()")
    op.execute("ALTER TABLE event RENAME COLUMN payload TO payload_new")
    op.execute("ALTER TABLE event RENAME COLUMN payload_old TO payload")
    op.execute("ALTER TABLE event ALTER COLUMN payload SET DEFAULT '{}'::json")
    op.execute("ALTER TABLE event ALTER COLUMN payload_new DROP DEFAULT")
    op.execute("ALTER TABLE event ALTER COLUMN payload_new DROP NOT NULL")
    op.execute(
        "CREATE FUNCTION zz_event_payload_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.payload_new := NEW.payload::jsonb; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_event_payload_fill BEFORE INSERT OR UPDATE ON event FOR "
        "EACH ROW WHEN (NEW.payload_new IS DISTINCT FROM (NEW.payload::jsonb)) "
        "EXECUTE FUNCTION zz_event_payload_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""follow payload_old of event into the attic

A table beside it takes every value written from now on, so that the drop can be undone.

Phase: contract
Locks: SHARE ROW EXCLUSIVE on event for an instant

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
    'change': 'change_type',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
    op.execute(
        "CREATE TABLE pgwright.attic_event_payload_old AS SELECT id, payload_old "
        "AS payload_old FROM event WITH NO DATA"
    )
    op.execute("ALTER TABLE pgwright.attic_event_payload_old ADD PRIMARY KEY (id)")
    op.execute(
        "CREATE FUNCTION pgwright.attic_event_payload_old() RETURNS trigger "
        "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp "
        "AS 'BEGIN IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id "
        "OR NEW.payload_old::text IS DISTINCT FROM OLD.payload_old::text) THEN "
        "RETURN NULL; END IF; IF TG_OP <> ''INSERT'' THEN DELETE FROM "
        "pgwright.attic_event_payload_old AS kept WHERE kept.id = OLD.id; END IF; "
        "IF TG_OP <> ''DELETE'' THEN INSERT INTO pgwright.attic_event_payload_old "
        "(id, payload_old) VALUES (NEW.id, NEW.payload_old) ON CONFLICT (id) DO "
        "UPDATE SET payload_old = EXCLUDED.payload_old; END IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER attic_event_payload_old AFTER INSERT OR UPDATE OR DELETE "
        "ON event FOR EACH ROW EXECUTE FUNCTION pgwright.attic_event_payload_old()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER attic_event_payload_old ON event")
    op.execute("DROP FUNCTION pgwright.attic_event_payload_old()")
    op.execute("DROP TABLE pgwright.attic_event_payload_old")


# ----------------------------------------------------------------------------------------------------

"""copy payload_old of event into the attic

In batches, each its own transaction; it can be repeated. That nothing is missing is
checked and noted.

Phase: contract
Locks: ROW SHARE on event; no writer waits, but for a delete of a row of the batch

Validation: each count must be 0
  -- rows without a copy
  SELECT count(*) FROM event AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_event_payload_old AS kept WHERE kept.id = here.id AND NOT (kept.payload_old::text IS DISTINCT FROM here.payload_old::text))

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
    'validate': ['SELECT count(*) FROM event AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_event_payload_old AS kept WHERE kept.id = here.id AND NOT (kept.payload_old::text IS DISTINCT FROM here.payload_old::text))'],
}


def upgrade() -> None:
    copy = (
        "INSERT INTO pgwright.attic_event_payload_old (id, payload_old) SELECT id, "
        "payload_old FROM event AS here WHERE NOT EXISTS (SELECT FROM "
        "pgwright.attic_event_payload_old AS kept WHERE kept.id = here.id)"
    )
    if op.get_context().as_sql:
        op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('event') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{copy} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)' FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
            op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")  # rows that moved meanwhile
    op.execute(
        "DO 'BEGIN IF EXISTS (SELECT FROM event AS here WHERE NOT EXISTS (SELECT "
        "FROM pgwright.attic_event_payload_old AS kept WHERE kept.id = here.id AND "
        "NOT (kept.payload_old::text IS DISTINCT FROM here.payload_old::text))) "
        "THEN RAISE EXCEPTION USING MESSAGE = ''pgwright.attic_event_payload_old "
        "is not complete: run this revision again''; END IF; COMMENT ON TABLE "
        "pgwright.attic_event_payload_old IS ''complete''; END'"
    )


def downgrade() -> None:
    op.execute("COMMENT ON TABLE pgwright.attic_event_payload_old IS NULL")


# ----------------------------------------------------------------------------------------------------

"""drop payload_old of event

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on event for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills payload_old again in batches; it refuses values that json cannot
  hold.

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
        "''event''::regclass AND conname = ''ck_event_payload_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_event_payload_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_event_payload_keep ON event")
    op.execute("DROP FUNCTION zz_event_payload_keep()")
    op.execute(
        "DO 'BEGIN IF "
        "obj_description(to_regclass(''pgwright.attic_event_payload_old''), "
        "''pg_class'') IS DISTINCT FROM ''complete'' THEN RAISE EXCEPTION USING "
        "MESSAGE = ''pgwright.attic_event_payload_old is not complete: nothing is "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER attic_event_payload_old ON event")
    op.execute("DROP FUNCTION pgwright.attic_event_payload_old()")
    op.drop_column("event", "payload_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_event_payload_keep ON event")
    op.execute("DROP FUNCTION IF EXISTS zz_event_payload_keep()")
    op.execute("DROP TRIGGER IF EXISTS attic_event_payload_old ON event")
    op.execute("DROP FUNCTION IF EXISTS pgwright.attic_event_payload_old()")
    op.execute("ALTER TABLE event DROP COLUMN IF EXISTS payload_old")
    op.execute("ALTER TABLE event DROP COLUMN IF EXISTS payload_old")
    op.execute("ALTER TABLE event ADD COLUMN payload_old json")
    op.execute(
        "CREATE FUNCTION zz_event_payload_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.payload_old := NEW.payload::json; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_event_payload_keep BEFORE INSERT OR UPDATE ON event FOR "
        "EACH ROW WHEN (NEW.payload IS DISTINCT FROM (NEW.payload_old::jsonb)) "
        "EXECUTE FUNCTION zz_event_payload_keep()"
    )
    op.execute(
        "ALTER TABLE event ADD CONSTRAINT ck_event_payload_mirror CHECK (payload "
        "IS NOT DISTINCT FROM (payload_old::jsonb) AND payload IS NOT NULL AND "
        "payload_old IS NOT NULL) NOT VALID"
    )
    fill = (
        "UPDATE event SET payload_old = COALESCE((SELECT kept.payload_old FROM "
        "pgwright.attic_event_payload_old AS kept WHERE kept.id = event.id AND NOT "
        "(event.payload IS DISTINCT FROM (kept.payload_old::jsonb))), "
        "payload::json) WHERE payload IS DISTINCT FROM (payload_old::jsonb)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('event') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE event VALIDATE CONSTRAINT ck_event_payload_mirror")
    op.execute("ALTER TABLE event ALTER COLUMN payload_old SET NOT NULL")
    op.execute(
        "CREATE FUNCTION pgwright.attic_event_payload_old() RETURNS trigger "
        "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp "
        "AS 'BEGIN IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id "
        "OR NEW.payload_old::text IS DISTINCT FROM OLD.payload_old::text) THEN "
        "RETURN NULL; END IF; IF TG_OP <> ''INSERT'' THEN DELETE FROM "
        "pgwright.attic_event_payload_old AS kept WHERE kept.id = OLD.id; END IF; "
        "IF TG_OP <> ''DELETE'' THEN INSERT INTO pgwright.attic_event_payload_old "
        "(id, payload_old) VALUES (NEW.id, NEW.payload_old) ON CONFLICT (id) DO "
        "UPDATE SET payload_old = EXCLUDED.payload_old; END IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER attic_event_payload_old AFTER INSERT OR UPDATE OR DELETE "
        "ON event FOR EACH ROW EXECUTE FUNCTION pgwright.attic_event_payload_old()"
    )
