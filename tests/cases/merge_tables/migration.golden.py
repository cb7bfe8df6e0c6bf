"""add street, country to person

Beside those of address: nullable and without a default, so nothing is read or written.

Phase: expand
Locks: ACCESS EXCLUSIVE on person for an instant

Notes:
- A large change: 40 statements in 11 revisions; have it reviewed in parts.

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
    'change': 'merge_tables',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.add_column("person", sa.Column("street", sa.Text(), nullable=True))
    op.alter_column("person", "street", comment="and number")
    op.add_column("person", sa.Column("country", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "country")
    op.drop_column("person", "street")


# ----------------------------------------------------------------------------------------------------

"""check person: ck_person_street

NOT VALID: new and changed rows are checked from now on; the others by the next
revision.

Phase: expand
Locks: ACCESS EXCLUSIVE on person for an instant

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
    'change': 'merge_tables',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_person_street"),
        "person",
        sa.text("(street <> ''::text)"),
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_person_street"), "person", type_="check")


# ----------------------------------------------------------------------------------------------------

"""let person.country reference country

NOT VALID: new rows are checked from now on; rows that are there are read by the next
revision.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on person and country for an instant

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
    'change': 'merge_tables',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_foreign_key(
        op.f("fk_person_country_country"),
        "person",
        "country",
        ["country"],
        ["code"],
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_person_country_country"), "person", type_="foreignkey")


# ----------------------------------------------------------------------------------------------------

"""hold street, country of address and person equal

Whatever is written to one of the two is in both from now on: old and new code work side
by side.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on address and person for an instant

Notes:
- Each side's rows are written with the other's, in the same transaction. Two sessions
  that write the same row's value on both sides in the same instant wait for each other:
  PostgreSQL ends one of them (40P01).
- While both tables have a column, a statement that joins them has to say which it
  means.
- TRUNCATE of one table, and another key for a row, are not followed.
- Until the contract the columns have no default there.

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
    'change': 'merge_tables',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "CREATE FUNCTION zz_address_person_there() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS "
        "'BEGIN IF TG_OP = ''INSERT'' THEN PERFORM FROM person AS half WHERE "
        "half.id = NEW.person_id FOR NO KEY UPDATE; UPDATE person AS half SET "
        "street = COALESCE(half.street, NEW.street), country = "
        "COALESCE(half.country, NEW.country) WHERE half.id = NEW.person_id AND "
        "((half.street IS NULL AND NEW.street IS NOT NULL) OR (half.country IS "
        "NULL AND NEW.country IS NOT NULL)); UPDATE address AS was SET street = "
        "half.street, country = half.country FROM person AS half WHERE "
        "was.person_id = NEW.person_id AND half.id = NEW.person_id AND (was.street "
        "IS DISTINCT FROM half.street OR was.country IS DISTINCT FROM "
        "half.country); ELSIF NEW.street IS DISTINCT FROM OLD.street OR "
        "NEW.country IS DISTINCT FROM OLD.country THEN UPDATE person AS half SET "
        "street = CASE WHEN NEW.street IS DISTINCT FROM OLD.street THEN NEW.street "
        "ELSE half.street END, country = CASE WHEN NEW.country IS DISTINCT FROM "
        "OLD.country THEN NEW.country ELSE half.country END WHERE half.id = "
        "NEW.person_id AND ((NEW.street IS DISTINCT FROM OLD.street AND "
        "half.street IS DISTINCT FROM NEW.street) OR (NEW.country IS DISTINCT FROM "
        "OLD.country AND half.country IS DISTINCT FROM NEW.country)); END IF; "
        "RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_address_person_there AFTER INSERT OR UPDATE ON address "
        "FOR EACH ROW EXECUTE FUNCTION zz_address_person_there()"
    )
    op.execute(
        "CREATE FUNCTION zz_address_person_taken() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS "
        "'DECLARE held record; BEGIN SELECT was.street, was.country INTO held FROM "
        "address AS was WHERE was.person_id = NEW.id FOR NO KEY UPDATE; IF FOUND "
        "THEN NEW.street := COALESCE(NEW.street, held.street); NEW.country := "
        "COALESCE(NEW.country, held.country); END IF; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_address_person_taken BEFORE INSERT ON person FOR EACH "
        "ROW EXECUTE FUNCTION zz_address_person_taken()"
    )
    op.execute(
        "CREATE FUNCTION zz_address_person_here() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "IF TG_OP = ''INSERT'' THEN UPDATE address AS half SET street = "
        "COALESCE(NEW.street, half.street), country = COALESCE(NEW.country, "
        "half.country) WHERE half.person_id = NEW.id AND ((NEW.street IS NOT NULL "
        "AND half.street IS DISTINCT FROM NEW.street) OR (NEW.country IS NOT NULL "
        "AND half.country IS DISTINCT FROM NEW.country)); ELSIF NEW.street IS "
        "DISTINCT FROM OLD.street OR NEW.country IS DISTINCT FROM OLD.country THEN "
        "UPDATE address AS half SET street = CASE WHEN NEW.street IS DISTINCT FROM "
        "OLD.street THEN NEW.street ELSE half.street END, country = CASE WHEN "
        "NEW.country IS DISTINCT FROM OLD.country THEN NEW.country ELSE "
        "half.country END WHERE half.person_id = NEW.id AND ((NEW.street IS "
        "DISTINCT FROM OLD.street AND half.street IS DISTINCT FROM NEW.street) OR "
        "(NEW.country IS DISTINCT FROM OLD.country AND half.country IS DISTINCT "
        "FROM NEW.country)); INSERT INTO address (person_id, street, country) "
        "SELECT id, street, country FROM person AS was WHERE was.id = NEW.id AND "
        "was.country IS NOT NULL AND (was.street IS NOT NULL OR was.country IS NOT "
        "NULL) ON CONFLICT (person_id) DO NOTHING; END IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_address_person_here AFTER INSERT OR UPDATE ON person "
        "FOR EACH ROW EXECUTE FUNCTION zz_address_person_here()"
    )
    op.execute(
        "CREATE FUNCTION zz_address_person_half() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "INSERT INTO address (person_id, street, country) SELECT id, street, "
        "country FROM person AS was WHERE was.id = NEW.id AND was.country IS NOT "
        "NULL AND (was.street IS NOT NULL OR was.country IS NOT NULL) ON CONFLICT "
        "(person_id) DO NOTHING; RETURN NULL; END'"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER zz_address_person_half AFTER INSERT ON person "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "
        "zz_address_person_half()"
    )
    op.execute(
        "CREATE FUNCTION zz_address_person_gone() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "UPDATE person AS was SET street = NULL, country = NULL WHERE was.id = "
        "OLD.person_id AND (was.street IS NOT NULL OR was.country IS NOT NULL); "
        "RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_address_person_gone AFTER DELETE ON address FOR EACH "
        "ROW EXECUTE FUNCTION zz_address_person_gone()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER zz_address_person_gone ON address")
    op.execute("DROP FUNCTION zz_address_person_gone()")
    op.execute("DROP TRIGGER zz_address_person_half ON person")
    op.execute("DROP FUNCTION zz_address_person_half()")
    op.execute("DROP TRIGGER zz_address_person_here ON person")
    op.execute("DROP FUNCTION zz_address_person_here()")
    op.execute("DROP TRIGGER zz_address_person_taken ON person")
    op.execute("DROP FUNCTION zz_address_person_taken()")
    op.execute("DROP TRIGGER zz_address_person_there ON address")
    op.execute("DROP FUNCTION zz_address_person_there()")


# ----------------------------------------------------------------------------------------------------

"""carry street, country of address over to person

In batches, each its own transaction; what has arrived already is not written, so it can
be repeated.

Phase: backfill
Locks: ROW SHARE on address, ROW EXCLUSIVE on person; a writer of a row of the batch
       waits for it

Validation: each count must be 0
  -- rows of address and person whose street, country differs
  SELECT count(*) FROM address AS was JOIN person AS half ON half.id = was.person_id WHERE half.street IS DISTINCT FROM was.street OR half.country IS DISTINCT FROM was.country

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
    'change': 'merge_tables',
    'phase': 'backfill',
    'validate': ['SELECT count(*) FROM address AS was JOIN person AS half ON half.id = was.person_id WHERE half.street IS DISTINCT FROM was.street OR half.country IS DISTINCT FROM was.country'],
}


def upgrade() -> None:
    fill = (
        "WITH was AS MATERIALIZED (SELECT person_id, street, country FROM address "
        "AS was WHERE NOT EXISTS (SELECT FROM person AS half WHERE half.id = "
        "was.person_id AND NOT (half.street IS DISTINCT FROM was.street OR "
        "half.country IS DISTINCT FROM was.country)) AND (was.street IS NOT NULL "
        "OR was.country IS NOT NULL OR EXISTS (SELECT FROM person AS half WHERE "
        "half.id = was.person_id))"
    )
    then = (
        " FOR SHARE) UPDATE person AS half SET street = was.street, country = "
        "was.country FROM was WHERE half.id = was.person_id AND (half.street IS "
        "DISTINCT FROM was.street OR half.country IS DISTINCT FROM was.country)"
    )
    if op.get_context().as_sql:
        op.execute(f"{fill}{then}")
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('address') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'{then}")
            op.execute(f"{fill}{then}")  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""verify that person has every street, country

Reads both tables and notes on the trigger's function that nothing is missing; what
drops the old side asks for that note.

Phase: enforce
Locks: none that anybody waits for

Validation: each count must be 0
  -- rows of address whose street, country is not in person
  SELECT count(*) FROM address AS was WHERE NOT EXISTS (SELECT FROM person AS half WHERE half.id = was.person_id AND NOT (half.street IS DISTINCT FROM was.street OR half.country IS DISTINCT FROM was.country)) AND (was.street IS NOT NULL OR was.country IS NOT NULL OR EXISTS (SELECT FROM person AS half WHERE half.id = was.person_id))

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
    'change': 'merge_tables',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM address AS was WHERE NOT EXISTS (SELECT FROM person AS half WHERE half.id = was.person_id AND NOT (half.street IS DISTINCT FROM was.street OR half.country IS DISTINCT FROM was.country)) AND (was.street IS NOT NULL OR was.country IS NOT NULL OR EXISTS (SELECT FROM person AS half WHERE half.id = was.person_id))'],
}


def upgrade() -> None:
    op.execute(
        "DO 'DECLARE n bigint := (SELECT count(*) FROM address AS was WHERE NOT "
        "EXISTS (SELECT FROM person AS half WHERE half.id = was.person_id AND NOT "
        "(half.street IS DISTINCT FROM was.street OR half.country IS DISTINCT FROM "
        "was.country)) AND (was.street IS NOT NULL OR was.country IS NOT NULL OR "
        "EXISTS (SELECT FROM person AS half WHERE half.id = was.person_id))); "
        "BEGIN IF n > 0 THEN RAISE EXCEPTION USING MESSAGE = ''rows of address "
        "whose street, country is not in person: '' || n, HINT = ''Run the fill "
        "again. A row that has no row in person needs one first.''; END IF; "
        "COMMENT ON FUNCTION zz_address_person_there() IS ''complete''; END'"
    )


def downgrade() -> None:
    op.execute("COMMENT ON FUNCTION zz_address_person_there() IS NULL")


# ----------------------------------------------------------------------------------------------------

"""index person on country, street

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on person while it is built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_person_country_street') AND indisvalid

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
    'change': 'merge_tables',
    'phase': 'enforce',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_person_country_street') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_person_country_street"),
            table_name="person",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_person_country_street"),
            "person",
            ["country", "street"],
            unique=False,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_person_country_street"),
            table_name="person",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""validate ck_person_street of person

Reads the rows that were there before; it fails, and changes nothing, when one breaks
the rule.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on person while it is read; readers and writers go on

Validation: each count must be 0
  -- rows that break the rule
  SELECT count(*) FROM person WHERE NOT ((street <> ''::text))

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
    'change': 'merge_tables',
    'phase': 'enforce',
    'validate': ["SELECT count(*) FROM person WHERE NOT ((street <> ''::text))"],
}


def upgrade() -> None:
    op.execute("ALTER TABLE person VALIDATE CONSTRAINT ck_person_street")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_person_street"), "person", type_="check")
    op.create_check_constraint(
        op.f("ck_person_street"),
        "person",
        sa.text("(street <> ''::text)"),
        postgresql_not_valid=True,
    )


# ----------------------------------------------------------------------------------------------------

"""validate that person.country references country

Reads the rows that were there before; it fails, and changes nothing, when one is
orphaned.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on person, ROW SHARE on country; readers and writers go on

Validation: each count must be 0
  -- rows that point at no row of country
  SELECT count(*) FROM person AS source WHERE source.country IS NOT NULL AND NOT EXISTS (SELECT FROM country AS target WHERE target.code = source.country)

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
    'change': 'merge_tables',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM person AS source WHERE source.country IS NOT NULL AND NOT EXISTS (SELECT FROM country AS target WHERE target.code = source.country)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE person VALIDATE CONSTRAINT fk_person_country_country")


def downgrade() -> None:
    op.drop_constraint(op.f("fk_person_country_country"), "person", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_person_country_country"),
        "person",
        "country",
        ["country"],
        ["code"],
        postgresql_not_valid=True,
    )


# ----------------------------------------------------------------------------------------------------

"""let address.country be NULL

New code writes the other table only; the old side follows within the transaction, but
not at once.

Phase: switch
Locks: ACCESS EXCLUSIVE on address for an instant

Notes:
- The downgrade refuses once a NULL has been written.

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
    'change': 'merge_tables',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column("address", "country", nullable=True)


def downgrade() -> None:
    op.alter_column("address", "country", nullable=False)


# ----------------------------------------------------------------------------------------------------

"""drop table address, which person has now

The old table leaves the application's sight with the triggers; it is kept in the attic.

Phase: contract
Locks: ACCESS EXCLUSIVE on address and person for an instant

Notes:
- Only after no release that uses it is running any more.
- The rows stay in pgwright.attic_address; the downgrade brings them back. Drop it once
  nobody will go back.

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
    'change': 'merge_tables',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF "
        "obj_description(to_regprocedure(''zz_address_person_there()''), "
        "''pg_proc'') IS DISTINCT FROM ''complete'' THEN RAISE EXCEPTION USING "
        "MESSAGE = ''it was never verified that person has every value: nothing is "
        "dropped''; END IF; END'"
    )
    op.execute(
        "DO 'DECLARE v text := (SELECT string_agg(DISTINCT "
        "r.ev_class::regclass::text, '', '') FROM pg_depend d JOIN pg_rewrite r ON "
        "r.oid = d.objid WHERE d.classid = ''pg_rewrite''::regclass AND d.refobjid "
        "= ''address''::regclass AND r.ev_class <> d.refobjid); BEGIN IF v IS NOT "
        "NULL THEN RAISE EXCEPTION USING MESSAGE = ''still looked at by '' || v; "
        "END IF; END'"
    )
    op.execute("DROP TRIGGER zz_address_person_gone ON address")
    op.execute("DROP FUNCTION zz_address_person_gone()")
    op.execute("DROP TRIGGER zz_address_person_half ON person")
    op.execute("DROP FUNCTION zz_address_person_half()")
    op.execute("DROP TRIGGER zz_address_person_here ON person")
    op.execute("DROP FUNCTION zz_address_person_here()")
    op.execute("DROP TRIGGER zz_address_person_taken ON person")
    op.execute("DROP FUNCTION zz_address_person_taken()")
    op.execute("DROP TRIGGER zz_address_person_there ON address")
    op.execute("DROP FUNCTION zz_address_person_there()")
    op.execute("ALTER TABLE person ALTER COLUMN country SET DEFAULT 'fr'::text")
    op.drop_constraint(op.f("address_country_fkey"), "address", type_="foreignkey")
    op.drop_constraint(op.f("address_person_id_fkey"), "address", type_="foreignkey")
    op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
    op.execute("ALTER TABLE address SET SCHEMA pgwright")
    op.execute("ALTER TABLE pgwright.address RENAME TO attic_address")


def downgrade() -> None:
    op.execute(
        "DO 'BEGIN IF to_regclass(''pgwright.attic_address'') IS NOT NULL THEN "
        "ALTER TABLE pgwright.attic_address RENAME TO address; ALTER TABLE "
        "pgwright.address SET SCHEMA public; END IF; END'"
    )
    op.execute("ALTER TABLE address DROP CONSTRAINT IF EXISTS address_country_fkey")
    op.execute(
        "ALTER TABLE address ADD CONSTRAINT address_country_fkey FOREIGN KEY "
        "(country) REFERENCES public.country(code) NOT VALID"
    )
    op.execute("ALTER TABLE address DROP CONSTRAINT IF EXISTS address_person_id_fkey")
    op.execute(
        "ALTER TABLE address ADD CONSTRAINT address_person_id_fkey FOREIGN KEY "
        "(person_id) REFERENCES public.person(id) ON DELETE CASCADE NOT VALID"
    )
    op.execute("DROP TRIGGER IF EXISTS zz_address_person_gone ON address")
    op.execute("DROP TRIGGER IF EXISTS zz_address_person_half ON person")
    op.execute("DROP TRIGGER IF EXISTS zz_address_person_here ON person")
    op.execute("DROP TRIGGER IF EXISTS zz_address_person_taken ON person")
    op.execute("DROP TRIGGER IF EXISTS zz_address_person_there ON address")
    op.execute("DROP FUNCTION IF EXISTS zz_address_person_gone()")
    op.execute("DROP FUNCTION IF EXISTS zz_address_person_half()")
    op.execute("DROP FUNCTION IF EXISTS zz_address_person_here()")
    op.execute("DROP FUNCTION IF EXISTS zz_address_person_taken()")
    op.execute("DROP FUNCTION IF EXISTS zz_address_person_there()")
    op.execute(
        "CREATE FUNCTION zz_address_person_there() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS "
        "'BEGIN IF TG_OP = ''INSERT'' THEN PERFORM FROM person AS half WHERE "
        "half.id = NEW.person_id FOR NO KEY UPDATE; UPDATE person AS half SET "
        "street = COALESCE(half.street, NEW.street), country = "
        "COALESCE(half.country, NEW.country) WHERE half.id = NEW.person_id AND "
        "((half.street IS NULL AND NEW.street IS NOT NULL) OR (half.country IS "
        "NULL AND NEW.country IS NOT NULL)); UPDATE address AS was SET street = "
        "half.street, country = half.country FROM person AS half WHERE "
        "was.person_id = NEW.person_id AND half.id = NEW.person_id AND (was.street "
        "IS DISTINCT FROM half.street OR was.country IS DISTINCT FROM "
        "half.country); ELSIF NEW.street IS DISTINCT FROM OLD.street OR "
        "NEW.country IS DISTINCT FROM OLD.country THEN UPDATE person AS half SET "
        "street = CASE WHEN NEW.street IS DISTINCT FROM OLD.street THEN NEW.street "
        "ELSE half.street END, country = CASE WHEN NEW.country IS DISTINCT FROM "
        "OLD.country THEN NEW.country ELSE half.country END WHERE half.id = "
        "NEW.person_id AND ((NEW.street IS DISTINCT FROM OLD.street AND "
        "half.street IS DISTINCT FROM NEW.street) OR (NEW.country IS DISTINCT FROM "
        "OLD.country AND half.country IS DISTINCT FROM NEW.country)); END IF; "
        "RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_address_person_there AFTER INSERT OR UPDATE ON address "
        "FOR EACH ROW EXECUTE FUNCTION zz_address_person_there()"
    )
    op.execute(
        "CREATE FUNCTION zz_address_person_taken() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS "
        "'DECLARE held record; BEGIN SELECT was.street, was.country INTO held FROM "
        "address AS was WHERE was.person_id = NEW.id FOR NO KEY UPDATE; IF FOUND "
        "THEN NEW.street := COALESCE(NEW.street, held.street); NEW.country := "
        "COALESCE(NEW.country, held.country); END IF; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_address_person_taken BEFORE INSERT ON person FOR EACH "
        "ROW EXECUTE FUNCTION zz_address_person_taken()"
    )
    op.execute(
        "CREATE FUNCTION zz_address_person_here() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "IF TG_OP = ''INSERT'' THEN UPDATE address AS half SET street = "
        "COALESCE(NEW.street, half.street), country = COALESCE(NEW.country, "
        "half.country) WHERE half.person_id = NEW.id AND ((NEW.street IS NOT NULL "
        "AND half.street IS DISTINCT FROM NEW.street) OR (NEW.country IS NOT NULL "
        "AND half.country IS DISTINCT FROM NEW.country)); ELSIF NEW.street IS "
        "DISTINCT FROM OLD.street OR NEW.country IS DISTINCT FROM OLD.country THEN "
        "UPDATE address AS half SET street = CASE WHEN NEW.street IS DISTINCT FROM "
        "OLD.street THEN NEW.street ELSE half.street END, country = CASE WHEN "
        "NEW.country IS DISTINCT FROM OLD.country THEN NEW.country ELSE "
        "half.country END WHERE half.person_id = NEW.id AND ((NEW.street IS "
        "DISTINCT FROM OLD.street AND half.street IS DISTINCT FROM NEW.street) OR "
        "(NEW.country IS DISTINCT FROM OLD.country AND half.country IS DISTINCT "
        "FROM NEW.country)); INSERT INTO address (person_id, street, country) "
        "SELECT id, street, country FROM person AS was WHERE was.id = NEW.id AND "
        "was.country IS NOT NULL AND (was.street IS NOT NULL OR was.country IS NOT "
        "NULL) ON CONFLICT (person_id) DO NOTHING; END IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_address_person_here AFTER INSERT OR UPDATE ON person "
        "FOR EACH ROW EXECUTE FUNCTION zz_address_person_here()"
    )
    op.execute(
        "CREATE FUNCTION zz_address_person_half() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "INSERT INTO address (person_id, street, country) SELECT id, street, "
        "country FROM person AS was WHERE was.id = NEW.id AND was.country IS NOT "
        "NULL AND (was.street IS NOT NULL OR was.country IS NOT NULL) ON CONFLICT "
        "(person_id) DO NOTHING; RETURN NULL; END'"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER zz_address_person_half AFTER INSERT ON person "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "
        "zz_address_person_half()"
    )
    op.execute(
        "CREATE FUNCTION zz_address_person_gone() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "UPDATE person AS was SET street = NULL, country = NULL WHERE was.id = "
        "OLD.person_id AND (was.street IS NOT NULL OR was.country IS NOT NULL); "
        "RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_address_person_gone AFTER DELETE ON address FOR EACH "
        "ROW EXECUTE FUNCTION zz_address_person_gone()"
    )
    remove = (
        "DELETE FROM address AS was WHERE NOT EXISTS (SELECT FROM person AS whole "
        "WHERE whole.id = was.person_id)"
    )
    if op.get_context().as_sql:
        op.execute(remove)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('address') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{remove} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(remove)  # rows that moved meanwhile
    fill = (
        "WITH was AS MATERIALIZED (SELECT id, street, country FROM person AS was "
        "WHERE NOT EXISTS (SELECT FROM address AS half WHERE half.person_id = "
        "was.id AND NOT (half.street IS DISTINCT FROM was.street OR half.country "
        "IS DISTINCT FROM was.country)) AND (was.street IS NOT NULL OR was.country "
        "IS NOT NULL OR EXISTS (SELECT FROM address AS half WHERE half.person_id = "
        "was.id))"
    )
    then = (
        " FOR SHARE) INSERT INTO address AS half (person_id, street, country) "
        "SELECT id, street, country FROM was ON CONFLICT (person_id) DO UPDATE SET "
        "street = EXCLUDED.street, country = EXCLUDED.country WHERE half.street IS "
        "DISTINCT FROM EXCLUDED.street OR half.country IS DISTINCT FROM "
        "EXCLUDED.country"
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
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE address VALIDATE CONSTRAINT address_country_fkey")
        op.execute("ALTER TABLE address VALIDATE CONSTRAINT address_person_id_fkey")
    op.execute("COMMENT ON FUNCTION zz_address_person_there() IS 'complete'")
    op.execute("ALTER TABLE person ALTER COLUMN country DROP DEFAULT")
