"""add lang to profile

Beside those of person: nullable and without a default, so nothing is read or written.

Phase: expand
Locks: ACCESS EXCLUSIVE on profile for an instant

Notes:
- A large change: 38 statements in 14 revisions; have it reviewed in parts.

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
    'change': 'move_column',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.add_column(
        "profile",
        sa.Column(
            "lang",
            postgresql.ENUM("en", "fr", "de", name="tongue", create_type=False),
            nullable=True,
        ),
    )
    op.alter_column("profile", "lang", comment="it's spoken")


def downgrade() -> None:
    op.drop_column("profile", "lang")


# ----------------------------------------------------------------------------------------------------

"""check profile: ck_profile_lang

NOT VALID: new and changed rows are checked from now on; the others by the next
revision.

Phase: expand
Locks: ACCESS EXCLUSIVE on profile for an instant

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
    'change': 'move_column',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_profile_lang"),
        "profile",
        sa.text("((lang <> 'de'::public.tongue) OR (lang IS NULL))"),
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_profile_lang"), "profile", type_="check")


# ----------------------------------------------------------------------------------------------------

"""hold lang of person and profile equal

Whatever is written to one of the two is in both from now on: old and new code work side
by side.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on person and profile for an instant

Notes:
- Each side's rows are written with the other's, in the same transaction. Two sessions
  that write the same row's value on both sides in the same instant wait for each other:
  PostgreSQL ends one of them (40P01).
- While both tables have a column, a statement that joins them has to say which it
  means.
- TRUNCATE of one table, and another key for a row, are not followed.

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
    'change': 'move_column',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION zz_person_lang_there() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "IF TG_OP = ''INSERT'' THEN PERFORM FROM profile AS half WHERE "
        "half.person_id = NEW.id FOR NO KEY UPDATE; UPDATE profile AS half SET "
        "lang = COALESCE(half.lang, NEW.lang) WHERE half.person_id = NEW.id AND "
        "((half.lang IS NULL AND NEW.lang IS NOT NULL)); UPDATE person AS was SET "
        "lang = half.lang FROM profile AS half WHERE was.id = NEW.id AND "
        "half.person_id = NEW.id AND (was.lang IS DISTINCT FROM half.lang); ELSIF "
        "NEW.lang IS DISTINCT FROM OLD.lang THEN UPDATE profile AS half SET lang = "
        "CASE WHEN NEW.lang IS DISTINCT FROM OLD.lang THEN NEW.lang ELSE half.lang "
        "END WHERE half.person_id = NEW.id AND ((NEW.lang IS DISTINCT FROM "
        "OLD.lang AND half.lang IS DISTINCT FROM NEW.lang)); END IF; RETURN NULL; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_lang_there AFTER INSERT OR UPDATE ON person FOR "
        "EACH ROW EXECUTE FUNCTION zz_person_lang_there()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_lang_taken() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS "
        "'DECLARE held record; BEGIN SELECT was.lang INTO held FROM person AS was "
        "WHERE was.id = NEW.person_id FOR NO KEY UPDATE; IF FOUND THEN NEW.lang := "
        "COALESCE(NEW.lang, held.lang); END IF; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_lang_taken BEFORE INSERT ON profile FOR EACH ROW "
        "EXECUTE FUNCTION zz_person_lang_taken()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_lang_here() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "IF TG_OP = ''INSERT'' THEN UPDATE person AS half SET lang = "
        "COALESCE(NEW.lang, half.lang) WHERE half.id = NEW.person_id AND "
        "((NEW.lang IS NOT NULL AND half.lang IS DISTINCT FROM NEW.lang)); ELSIF "
        "NEW.lang IS DISTINCT FROM OLD.lang THEN UPDATE person AS half SET lang = "
        "CASE WHEN NEW.lang IS DISTINCT FROM OLD.lang THEN NEW.lang ELSE half.lang "
        "END WHERE half.id = NEW.person_id AND ((NEW.lang IS DISTINCT FROM "
        "OLD.lang AND half.lang IS DISTINCT FROM NEW.lang)); END IF; RETURN NULL; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_lang_here AFTER INSERT OR UPDATE ON profile FOR "
        "EACH ROW EXECUTE FUNCTION zz_person_lang_here()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER zz_person_lang_here ON profile")
    op.execute("DROP FUNCTION zz_person_lang_here()")
    op.execute("DROP TRIGGER zz_person_lang_taken ON profile")
    op.execute("DROP FUNCTION zz_person_lang_taken()")
    op.execute("DROP TRIGGER zz_person_lang_there ON person")
    op.execute("DROP FUNCTION zz_person_lang_there()")


# ----------------------------------------------------------------------------------------------------

"""carry lang of person over to profile

In batches, each its own transaction; what has arrived already is not written, so it can
be repeated.

Phase: backfill
Locks: ROW SHARE on person, ROW EXCLUSIVE on profile; a writer of a row of the batch
       waits for it

Validation: each count must be 0
  -- rows of person and profile whose lang differs
  SELECT count(*) FROM person AS was JOIN profile AS half ON half.person_id = was.id WHERE half.lang IS DISTINCT FROM was.lang

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
    'change': 'move_column',
    'phase': 'backfill',
    'validate': ['SELECT count(*) FROM person AS was JOIN profile AS half ON half.person_id = was.id WHERE half.lang IS DISTINCT FROM was.lang'],
}


def upgrade() -> None:
    fill = (
        "WITH was AS MATERIALIZED (SELECT id, lang FROM person AS was WHERE NOT "
        "EXISTS (SELECT FROM profile AS half WHERE half.person_id = was.id AND NOT "
        "(half.lang IS DISTINCT FROM was.lang)) AND (was.lang IS NOT NULL OR "
        "EXISTS (SELECT FROM profile AS half WHERE half.person_id = was.id))"
    )
    then = (
        " FOR SHARE) UPDATE profile AS half SET lang = was.lang FROM was WHERE "
        "half.person_id = was.id AND (half.lang IS DISTINCT FROM was.lang)"
    )
    if op.get_context().as_sql:
        op.execute(f"{fill}{then}")
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('person') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'{then}")
            op.execute(f"{fill}{then}")  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""verify that profile has every lang

Reads both tables and notes on the trigger's function that nothing is missing; what
drops the old side asks for that note.

Phase: enforce
Locks: none that anybody waits for

Validation: each count must be 0
  -- rows of person whose lang is not in profile
  SELECT count(*) FROM person AS was WHERE NOT EXISTS (SELECT FROM profile AS half WHERE half.person_id = was.id AND NOT (half.lang IS DISTINCT FROM was.lang)) AND (was.lang IS NOT NULL OR EXISTS (SELECT FROM profile AS half WHERE half.person_id = was.id))

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
    'change': 'move_column',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM person AS was WHERE NOT EXISTS (SELECT FROM profile AS half WHERE half.person_id = was.id AND NOT (half.lang IS DISTINCT FROM was.lang)) AND (was.lang IS NOT NULL OR EXISTS (SELECT FROM profile AS half WHERE half.person_id = was.id))'],
}


def upgrade() -> None:
    op.execute(
        "DO 'DECLARE n bigint := (SELECT count(*) FROM person AS was WHERE NOT "
        "EXISTS (SELECT FROM profile AS half WHERE half.person_id = was.id AND NOT "
        "(half.lang IS DISTINCT FROM was.lang)) AND (was.lang IS NOT NULL OR "
        "EXISTS (SELECT FROM profile AS half WHERE half.person_id = was.id))); "
        "BEGIN IF n > 0 THEN RAISE EXCEPTION USING MESSAGE = ''rows of person "
        "whose lang is not in profile: '' || n, HINT = ''Run the fill again. A row "
        "that has no row in profile needs one first.''; END IF; COMMENT ON "
        "FUNCTION zz_person_lang_there() IS ''complete''; END'"
    )


def downgrade() -> None:
    op.execute("COMMENT ON FUNCTION zz_person_lang_there() IS NULL")


# ----------------------------------------------------------------------------------------------------

"""index profile on lang

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on profile while it is built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_profile_lang') AND indisvalid

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
    'change': 'move_column',
    'phase': 'enforce',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_profile_lang') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_profile_lang"),
            table_name="profile",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_profile_lang"),
            "profile",
            ["lang"],
            unique=False,
            postgresql_where=sa.text("(lang <> 'en'::public.tongue)"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_profile_lang"),
            table_name="profile",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""validate ck_profile_lang of profile

Reads the rows that were there before; it fails, and changes nothing, when one breaks
the rule.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on profile while it is read; readers and writers go on

Validation: each count must be 0
  -- rows that break the rule
  SELECT count(*) FROM profile WHERE NOT (((lang <> 'de'::public.tongue) OR (lang IS NULL)))

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
    'change': 'move_column',
    'phase': 'enforce',
    'validate': ["SELECT count(*) FROM profile WHERE NOT (((lang <> 'de'::public.tongue) OR (lang IS NULL)))"],
}


def upgrade() -> None:
    op.execute("ALTER TABLE profile VALIDATE CONSTRAINT ck_profile_lang")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_profile_lang"), "profile", type_="check")
    op.create_check_constraint(
        op.f("ck_profile_lang"),
        "profile",
        sa.text("((lang <> 'de'::public.tongue) OR (lang IS NULL))"),
        postgresql_not_valid=True,
    )


# ----------------------------------------------------------------------------------------------------

"""let person.lang be NULL

New code writes the other table only; the old side follows within the transaction, but
not at once.

Phase: switch
Locks: ACCESS EXCLUSIVE on person for an instant

Notes:
- The downgrade refuses once a NULL has been written.

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
    'change': 'move_column',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column("person", "lang", nullable=True)


def downgrade() -> None:
    op.alter_column("person", "lang", nullable=False)


# ----------------------------------------------------------------------------------------------------

"""follow lang of person into the attic

A table beside it takes every value written from now on, so that the drop can be undone.

Phase: contract
Locks: SHARE ROW EXCLUSIVE on person for an instant

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
    'change': 'move_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
    op.execute(
        "CREATE TABLE pgwright.attic_person_lang AS SELECT id, lang::text AS lang "
        "FROM person WITH NO DATA"
    )
    op.execute("ALTER TABLE pgwright.attic_person_lang ADD PRIMARY KEY (id)")
    op.execute(
        "CREATE FUNCTION pgwright.attic_person_lang() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN "
        "IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id OR "
        "NEW.lang::text IS DISTINCT FROM OLD.lang::text) THEN RETURN NULL; END IF; "
        "IF TG_OP <> ''INSERT'' THEN DELETE FROM pgwright.attic_person_lang AS "
        "kept WHERE kept.id = OLD.id; END IF; IF TG_OP <> ''DELETE'' THEN INSERT "
        "INTO pgwright.attic_person_lang (id, lang) VALUES (NEW.id, "
        "NEW.lang::text) ON CONFLICT (id) DO UPDATE SET lang = EXCLUDED.lang; END "
        "IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER attic_person_lang AFTER INSERT OR UPDATE OR DELETE ON "
        "person FOR EACH ROW EXECUTE FUNCTION pgwright.attic_person_lang()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER attic_person_lang ON person")
    op.execute("DROP FUNCTION pgwright.attic_person_lang()")
    op.execute("DROP TABLE pgwright.attic_person_lang")


# ----------------------------------------------------------------------------------------------------

"""copy lang of person into the attic

In batches, each its own transaction; it can be repeated. That nothing is missing is
checked and noted.

Phase: contract
Locks: ROW SHARE on person; no writer waits, but for a delete of a row of the batch

Validation: each count must be 0
  -- rows without a copy
  SELECT count(*) FROM person AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_person_lang AS kept WHERE kept.id = here.id AND NOT (kept.lang::text IS DISTINCT FROM here.lang::text))

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
    'change': 'move_column',
    'phase': 'contract',
    'validate': ['SELECT count(*) FROM person AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_person_lang AS kept WHERE kept.id = here.id AND NOT (kept.lang::text IS DISTINCT FROM here.lang::text))'],
}


def upgrade() -> None:
    copy = (
        "INSERT INTO pgwright.attic_person_lang (id, lang) SELECT id, lang::text "
        "FROM person AS here WHERE NOT EXISTS (SELECT FROM "
        "pgwright.attic_person_lang AS kept WHERE kept.id = here.id)"
    )
    if op.get_context().as_sql:
        op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('person') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{copy} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)' FOR KEY SHARE OF here ON CONFLICT DO NOTHING")
            op.execute(f"{copy} FOR KEY SHARE OF here ON CONFLICT DO NOTHING")  # rows that moved meanwhile
    op.execute(
        "DO 'BEGIN IF EXISTS (SELECT FROM person AS here WHERE NOT EXISTS (SELECT "
        "FROM pgwright.attic_person_lang AS kept WHERE kept.id = here.id AND NOT "
        "(kept.lang::text IS DISTINCT FROM here.lang::text))) THEN RAISE EXCEPTION "
        "USING MESSAGE = ''pgwright.attic_person_lang is not complete: run this "
        "revision again''; END IF; COMMENT ON TABLE pgwright.attic_person_lang IS "
        "''complete''; END'"
    )


def downgrade() -> None:
    op.execute("COMMENT ON TABLE pgwright.attic_person_lang IS NULL")


# ----------------------------------------------------------------------------------------------------

"""drop index ix_person_lang of person

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on person; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_person_lang') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'move_column',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('ix_person_lang') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_person_lang"),
            table_name="person",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_person_lang"),
            "person",
            ["lang"],
            unique=False,
            postgresql_where=sa.text("(lang <> 'en'::public.tongue)"),
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop lang of person, which profile has now

The old column leaves the catalog with the triggers; the default moves with it.

Phase: contract
Locks: ACCESS EXCLUSIVE on person and profile for an instant

Notes:
- Only after no release that uses it is running any more.
- The values stay in pgwright.attic_person_lang; the downgrade brings them back. Drop it
  once nobody will go back.

Revision ID: 00000000000c
Revises: 00000000000b
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "00000000000c"
down_revision = "00000000000b"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'move_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF obj_description(to_regprocedure(''zz_person_lang_there()''), "
        "''pg_proc'') IS DISTINCT FROM ''complete'' THEN RAISE EXCEPTION USING "
        "MESSAGE = ''it was never verified that profile has every value: nothing "
        "is dropped''; END IF; END'"
    )
    op.execute(
        "DO 'BEGIN IF obj_description(to_regclass(''pgwright.attic_person_lang''), "
        "''pg_class'') IS DISTINCT FROM ''complete'' THEN RAISE EXCEPTION USING "
        "MESSAGE = ''pgwright.attic_person_lang is not complete: nothing is "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER attic_person_lang ON person")
    op.execute("DROP FUNCTION pgwright.attic_person_lang()")
    op.execute("DROP TRIGGER zz_person_lang_here ON profile")
    op.execute("DROP FUNCTION zz_person_lang_here()")
    op.execute("DROP TRIGGER zz_person_lang_taken ON profile")
    op.execute("DROP FUNCTION zz_person_lang_taken()")
    op.execute("DROP TRIGGER zz_person_lang_there ON person")
    op.execute("DROP FUNCTION zz_person_lang_there()")
    op.execute("ALTER TABLE profile ALTER COLUMN lang SET DEFAULT 'en'::public.tongue")
    op.drop_constraint(op.f("ck_person_lang"), "person", type_="check")
    op.drop_column("person", "lang")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS attic_person_lang ON person")
    op.execute("DROP FUNCTION IF EXISTS pgwright.attic_person_lang()")
    op.execute("ALTER TABLE person DROP COLUMN IF EXISTS lang")
    op.execute("DROP TRIGGER IF EXISTS zz_person_lang_here ON profile")
    op.execute("DROP TRIGGER IF EXISTS zz_person_lang_taken ON profile")
    op.execute("DROP TRIGGER IF EXISTS zz_person_lang_there ON person")
    op.execute("DROP FUNCTION IF EXISTS zz_person_lang_here()")
    op.execute("DROP FUNCTION IF EXISTS zz_person_lang_taken()")
    op.execute("DROP FUNCTION IF EXISTS zz_person_lang_there()")
    op.execute("ALTER TABLE person DROP COLUMN IF EXISTS lang")
    op.add_column(
        "person",
        sa.Column(
            "lang",
            postgresql.ENUM("en", "fr", "de", name="tongue", create_type=False),
            nullable=True,
        ),
    )
    op.alter_column("person", "lang", comment="it's spoken")
    op.execute("ALTER TABLE person ALTER COLUMN lang SET DEFAULT 'en'::public.tongue")
    op.execute(
        "CREATE FUNCTION zz_person_lang_there() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "IF TG_OP = ''INSERT'' THEN PERFORM FROM profile AS half WHERE "
        "half.person_id = NEW.id FOR NO KEY UPDATE; UPDATE profile AS half SET "
        "lang = COALESCE(half.lang, NEW.lang) WHERE half.person_id = NEW.id AND "
        "((half.lang IS NULL AND NEW.lang IS NOT NULL)); UPDATE person AS was SET "
        "lang = half.lang FROM profile AS half WHERE was.id = NEW.id AND "
        "half.person_id = NEW.id AND (was.lang IS DISTINCT FROM half.lang); ELSIF "
        "NEW.lang IS DISTINCT FROM OLD.lang THEN UPDATE profile AS half SET lang = "
        "CASE WHEN NEW.lang IS DISTINCT FROM OLD.lang THEN NEW.lang ELSE half.lang "
        "END WHERE half.person_id = NEW.id AND ((NEW.lang IS DISTINCT FROM "
        "OLD.lang AND half.lang IS DISTINCT FROM NEW.lang)); END IF; RETURN NULL; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_lang_there AFTER INSERT OR UPDATE ON person FOR "
        "EACH ROW EXECUTE FUNCTION zz_person_lang_there()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_lang_taken() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS "
        "'DECLARE held record; BEGIN SELECT was.lang INTO held FROM person AS was "
        "WHERE was.id = NEW.person_id FOR NO KEY UPDATE; IF FOUND THEN NEW.lang := "
        "COALESCE(NEW.lang, held.lang); END IF; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_lang_taken BEFORE INSERT ON profile FOR EACH ROW "
        "EXECUTE FUNCTION zz_person_lang_taken()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_lang_here() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "IF TG_OP = ''INSERT'' THEN UPDATE person AS half SET lang = "
        "COALESCE(NEW.lang, half.lang) WHERE half.id = NEW.person_id AND "
        "((NEW.lang IS NOT NULL AND half.lang IS DISTINCT FROM NEW.lang)); ELSIF "
        "NEW.lang IS DISTINCT FROM OLD.lang THEN UPDATE person AS half SET lang = "
        "CASE WHEN NEW.lang IS DISTINCT FROM OLD.lang THEN NEW.lang ELSE half.lang "
        "END WHERE half.id = NEW.person_id AND ((NEW.lang IS DISTINCT FROM "
        "OLD.lang AND half.lang IS DISTINCT FROM NEW.lang)); END IF; RETURN NULL; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_lang_here AFTER INSERT OR UPDATE ON profile FOR "
        "EACH ROW EXECUTE FUNCTION zz_person_lang_here()"
    )
    op.execute(
        "CREATE FUNCTION pgwright.attic_person_lang() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN "
        "IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id OR "
        "NEW.lang::text IS DISTINCT FROM OLD.lang::text) THEN RETURN NULL; END IF; "
        "IF TG_OP <> ''INSERT'' THEN DELETE FROM pgwright.attic_person_lang AS "
        "kept WHERE kept.id = OLD.id; END IF; IF TG_OP <> ''DELETE'' THEN INSERT "
        "INTO pgwright.attic_person_lang (id, lang) VALUES (NEW.id, "
        "NEW.lang::text) ON CONFLICT (id) DO UPDATE SET lang = EXCLUDED.lang; END "
        "IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER attic_person_lang AFTER INSERT OR UPDATE OR DELETE ON "
        "person FOR EACH ROW EXECUTE FUNCTION pgwright.attic_person_lang()"
    )
    fill = (
        "WITH was AS MATERIALIZED (SELECT person_id, lang FROM profile AS was "
        "WHERE NOT EXISTS (SELECT FROM person AS half WHERE half.id = "
        "was.person_id AND NOT (half.lang IS DISTINCT FROM was.lang)) AND "
        "(was.lang IS NOT NULL OR EXISTS (SELECT FROM person AS half WHERE half.id "
        "= was.person_id))"
    )
    then = (
        " FOR SHARE) UPDATE person AS half SET lang = was.lang FROM was WHERE "
        "half.id = was.person_id AND (half.lang IS DISTINCT FROM was.lang)"
    )
    if op.get_context().as_sql:
        op.execute(f"{fill}{then}")
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('profile') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'{then}")
            op.execute(f"{fill}{then}")  # rows that moved meanwhile
    fill = (
        "UPDATE person SET lang = (SELECT kept.lang::public.tongue FROM "
        "pgwright.attic_person_lang AS kept WHERE kept.id = person.id) WHERE "
        "EXISTS (SELECT FROM pgwright.attic_person_lang AS kept WHERE kept.id = "
        "person.id AND kept.lang::text IS DISTINCT FROM person.lang::text) AND NOT "
        "EXISTS (SELECT FROM profile AS half WHERE half.person_id = person.id)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('person') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile
    op.execute("COMMENT ON FUNCTION zz_person_lang_there() IS 'complete'")
    op.execute(
        "ALTER TABLE person ADD CONSTRAINT ck_person_lang CHECK (((lang <> "
        "'de'::public.tongue) OR (lang IS NULL)))"
    )
    op.execute("ALTER TABLE profile ALTER COLUMN lang DROP DEFAULT")


# ----------------------------------------------------------------------------------------------------

"""let no new row of profile leave lang empty

NOT VALID: new and changed rows are checked from now on, the others by the next
revision.

Phase: contract
Locks: ACCESS EXCLUSIVE on profile for an instant

Notes:
- Only after no release that uses it is running any more.
- Every release that runs from here on must write profile.lang.

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
    'change': 'move_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE profile ADD CONSTRAINT profile_lang_not_null NOT NULL lang "
        "NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE profile DROP CONSTRAINT profile_lang_not_null")


# ----------------------------------------------------------------------------------------------------

"""make profile.lang NOT NULL

VALIDATE reads the rows that were there before the constraint; nobody waits for it.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on profile while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which lang is NULL
  SELECT count(*) FROM profile WHERE lang IS NULL

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'move_column',
    'phase': 'contract',
    'validate': ['SELECT count(*) FROM profile WHERE lang IS NULL'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE profile VALIDATE CONSTRAINT profile_lang_not_null")


def downgrade() -> None:
    op.execute("ALTER TABLE profile DROP CONSTRAINT profile_lang_not_null")
    op.execute(
        "ALTER TABLE profile ADD CONSTRAINT profile_lang_not_null NOT NULL lang "
        "NOT VALID"
    )
