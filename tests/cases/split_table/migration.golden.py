"""split address off person

Whatever is written to one of the two is in both: old and new code work side by side.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on person for an instant

Notes:
- Each side's rows are written with the other's, in the same transaction. Two sessions
  that write the same row's value on both sides in the same instant wait for each other:
  PostgreSQL ends one of them (40P01).
- While both tables have a column, a statement that joins them has to say which it
  means.
- TRUNCATE of one table, and another key for a row, are not followed.
- The new release writes both rows of a new pair in one transaction: at its end a row
  that is missing is made.
- A large change: 39 statements in 6 revisions; have it reviewed in parts.

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
    'change': 'split_table',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_table(
        "address",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column(
            "the country",
            sa.Text(),
            server_default=sa.text("'fr'::text"),
            nullable=False,
        ),
        sa.Column("extra", postgresql.JSON(), nullable=True),
    )
    op.execute("ALTER TABLE address ADD CONSTRAINT pk_address PRIMARY KEY (person_id)")
    op.execute(
        "ALTER TABLE address ADD CONSTRAINT fk_address_person_id_person FOREIGN "
        "KEY (person_id) REFERENCES person (id) ON DELETE CASCADE"
    )
    op.alter_column("address", "street", comment="and number")
    op.create_check_constraint(
        op.f("ck_address_street"),
        "address",
        sa.text("(street <> ''::text)"),
    )
    op.create_foreign_key(
        op.f("fk_address_the country_country"),
        "address",
        "country",
        ["the country"],
        ["code"],
    )
    op.create_index(
        op.f("ix_address_the country_street"),
        "address",
        ["the country", "street"],
        unique=False,
    )
    op.execute("GRANT SELECT ON address TO pg_monitor")
    op.execute("GRANT UPDATE ON address TO pg_monitor")
    op.execute(
        "CREATE FUNCTION zz_person_address_there() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS "
        "'BEGIN IF TG_OP = ''INSERT'' THEN PERFORM FROM address AS half WHERE "
        "half.person_id = NEW.id FOR NO KEY UPDATE; UPDATE address AS half SET "
        'street = COALESCE(half.street, NEW.street), "the country" = '
        'COALESCE(half."the country", NEW."the country"), extra = '
        "COALESCE(half.extra, NEW.extra) WHERE half.person_id = NEW.id AND "
        '((half.street IS NULL AND NEW.street IS NOT NULL) OR (half."the country" '
        'IS NULL AND NEW."the country" IS NOT NULL) OR (half.extra IS NULL AND '
        "NEW.extra IS NOT NULL)); UPDATE person AS was SET street = half.street, "
        '"the country" = half."the country", extra = half.extra FROM address AS '
        "half WHERE was.id = NEW.id AND half.person_id = NEW.id AND (was.street IS "
        'DISTINCT FROM half.street OR was."the country" IS DISTINCT FROM half."the '
        'country" OR was.extra::text IS DISTINCT FROM half.extra::text); ELSIF '
        'NEW.street IS DISTINCT FROM OLD.street OR NEW."the country" IS DISTINCT '
        'FROM OLD."the country" OR NEW.extra::text IS DISTINCT FROM '
        "OLD.extra::text THEN UPDATE address AS half SET street = CASE WHEN "
        "NEW.street IS DISTINCT FROM OLD.street THEN NEW.street ELSE half.street "
        'END, "the country" = CASE WHEN NEW."the country" IS DISTINCT FROM '
        'OLD."the country" THEN NEW."the country" ELSE half."the country" END, '
        "extra = CASE WHEN NEW.extra::text IS DISTINCT FROM OLD.extra::text THEN "
        "NEW.extra ELSE half.extra END WHERE half.person_id = NEW.id AND "
        "((NEW.street IS DISTINCT FROM OLD.street AND half.street IS DISTINCT FROM "
        'NEW.street) OR (NEW."the country" IS DISTINCT FROM OLD."the country" AND '
        'half."the country" IS DISTINCT FROM NEW."the country") OR '
        "(NEW.extra::text IS DISTINCT FROM OLD.extra::text AND half.extra::text IS "
        "DISTINCT FROM NEW.extra::text)); INSERT INTO address (person_id, street, "
        '"the country", extra) SELECT id, street, "the country", extra FROM person '
        'AS was WHERE was.id = NEW.id AND was."the country" IS NOT NULL AND '
        '(was.street IS NOT NULL OR was."the country" IS NOT NULL OR was.extra IS '
        "NOT NULL) ON CONFLICT (person_id) DO NOTHING; END IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_address_there AFTER INSERT OR UPDATE ON person "
        "FOR EACH ROW EXECUTE FUNCTION zz_person_address_there()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_address_taken() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS "
        '\'DECLARE held record; BEGIN SELECT was.street, was."the country", '
        "was.extra INTO held FROM person AS was WHERE was.id = NEW.person_id FOR "
        "NO KEY UPDATE; IF FOUND THEN NEW.street := COALESCE(NEW.street, "
        'held.street); NEW."the country" := COALESCE(NEW."the country", held."the '
        'country"); NEW.extra := COALESCE(NEW.extra, held.extra); END IF; RETURN '
        "NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_address_taken BEFORE INSERT ON address FOR EACH "
        "ROW EXECUTE FUNCTION zz_person_address_taken()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_address_here() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "IF TG_OP = ''INSERT'' THEN UPDATE person AS half SET street = "
        'COALESCE(NEW.street, half.street), "the country" = COALESCE(NEW."the '
        'country", half."the country"), extra = COALESCE(NEW.extra, half.extra) '
        "WHERE half.id = NEW.person_id AND ((NEW.street IS NOT NULL AND "
        'half.street IS DISTINCT FROM NEW.street) OR (NEW."the country" IS NOT '
        'NULL AND half."the country" IS DISTINCT FROM NEW."the country") OR '
        "(NEW.extra IS NOT NULL AND half.extra::text IS DISTINCT FROM "
        "NEW.extra::text)); ELSIF NEW.street IS DISTINCT FROM OLD.street OR "
        'NEW."the country" IS DISTINCT FROM OLD."the country" OR NEW.extra::text '
        "IS DISTINCT FROM OLD.extra::text THEN UPDATE person AS half SET street = "
        "CASE WHEN NEW.street IS DISTINCT FROM OLD.street THEN NEW.street ELSE "
        'half.street END, "the country" = CASE WHEN NEW."the country" IS DISTINCT '
        'FROM OLD."the country" THEN NEW."the country" ELSE half."the country" '
        "END, extra = CASE WHEN NEW.extra::text IS DISTINCT FROM OLD.extra::text "
        "THEN NEW.extra ELSE half.extra END WHERE half.id = NEW.person_id AND "
        "((NEW.street IS DISTINCT FROM OLD.street AND half.street IS DISTINCT FROM "
        'NEW.street) OR (NEW."the country" IS DISTINCT FROM OLD."the country" AND '
        'half."the country" IS DISTINCT FROM NEW."the country") OR '
        "(NEW.extra::text IS DISTINCT FROM OLD.extra::text AND half.extra::text IS "
        "DISTINCT FROM NEW.extra::text)); END IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_address_here AFTER INSERT OR UPDATE ON address "
        "FOR EACH ROW EXECUTE FUNCTION zz_person_address_here()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_address_half() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        'INSERT INTO address (person_id, street, "the country", extra) SELECT id, '
        'street, "the country", extra FROM person AS was WHERE was.id = NEW.id AND '
        'was."the country" IS NOT NULL ON CONFLICT (person_id) DO NOTHING; RETURN '
        "NULL; END'"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER zz_person_address_half AFTER INSERT ON person "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "
        "zz_person_address_half()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_address_gone() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        'UPDATE person AS was SET street = NULL, "the country" = NULL, extra = '
        'NULL WHERE was.id = OLD.person_id AND (was.street IS NOT NULL OR was."the '
        'country" IS NOT NULL OR was.extra IS NOT NULL); RETURN NULL; END\''
    )
    op.execute(
        "CREATE TRIGGER zz_person_address_gone AFTER DELETE ON address FOR EACH "
        "ROW EXECUTE FUNCTION zz_person_address_gone()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER zz_person_address_gone ON address")
    op.execute("DROP FUNCTION zz_person_address_gone()")
    op.execute("DROP TRIGGER zz_person_address_half ON person")
    op.execute("DROP FUNCTION zz_person_address_half()")
    op.execute("DROP TRIGGER zz_person_address_here ON address")
    op.execute("DROP FUNCTION zz_person_address_here()")
    op.execute("DROP TRIGGER zz_person_address_taken ON address")
    op.execute("DROP FUNCTION zz_person_address_taken()")
    op.execute("DROP TRIGGER zz_person_address_there ON person")
    op.execute("DROP FUNCTION zz_person_address_there()")
    op.drop_table("address")


# ----------------------------------------------------------------------------------------------------

"""carry street, the country, extra of person over to address

In batches, each its own transaction; what has arrived already is not written, so it can
be repeated.

Phase: backfill
Locks: ROW SHARE on person, ROW EXCLUSIVE on address; a writer of a row of the batch
       waits for it

Validation: each count must be 0
  -- rows of person whose street, the country, extra is not in address
  SELECT count(*) FROM person AS was WHERE NOT EXISTS (SELECT FROM address AS half WHERE half.person_id = was.id AND NOT (half.street IS DISTINCT FROM was.street OR half."the country" IS DISTINCT FROM was."the country" OR half.extra::text IS DISTINCT FROM was.extra::text)) AND (was.street IS NOT NULL OR was."the country" IS NOT NULL OR was.extra IS NOT NULL OR EXISTS (SELECT FROM address AS half WHERE half.person_id = was.id))

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
    'change': 'split_table',
    'phase': 'backfill',
    'validate': ['SELECT count(*) FROM person AS was WHERE NOT EXISTS (SELECT FROM address AS half WHERE half.person_id = was.id AND NOT (half.street IS DISTINCT FROM was.street OR half."the country" IS DISTINCT FROM was."the country" OR half.extra::text IS DISTINCT FROM was.extra::text)) AND (was.street IS NOT NULL OR was."the country" IS NOT NULL OR was.extra IS NOT NULL OR EXISTS (SELECT FROM address AS half WHERE half.person_id = was.id))'],
}


def upgrade() -> None:
    fill = (
        'WITH was AS MATERIALIZED (SELECT id, street, "the country", extra FROM '
        "person AS was WHERE NOT EXISTS (SELECT FROM address AS half WHERE "
        "half.person_id = was.id AND NOT (half.street IS DISTINCT FROM was.street "
        'OR half."the country" IS DISTINCT FROM was."the country" OR '
        "half.extra::text IS DISTINCT FROM was.extra::text))"
    )
    then = (
        ' FOR SHARE) INSERT INTO address AS half (person_id, street, "the '
        'country", extra) SELECT id, street, "the country", extra FROM was ON '
        'CONFLICT (person_id) DO UPDATE SET street = EXCLUDED.street, "the '
        'country" = EXCLUDED."the country", extra = EXCLUDED.extra WHERE '
        'half.street IS DISTINCT FROM EXCLUDED.street OR half."the country" IS '
        'DISTINCT FROM EXCLUDED."the country" OR half.extra::text IS DISTINCT FROM '
        "EXCLUDED.extra::text"
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

"""verify that address has every street, the country, extra

Reads both tables and notes on the trigger's function that nothing is missing; what
drops the old side asks for that note.

Phase: enforce
Locks: none that anybody waits for

Validation: each count must be 0
  -- rows of person whose street, the country, extra is not in address
  SELECT count(*) FROM person AS was WHERE NOT EXISTS (SELECT FROM address AS half WHERE half.person_id = was.id AND NOT (half.street IS DISTINCT FROM was.street OR half."the country" IS DISTINCT FROM was."the country" OR half.extra::text IS DISTINCT FROM was.extra::text)) AND (was.street IS NOT NULL OR was."the country" IS NOT NULL OR was.extra IS NOT NULL OR EXISTS (SELECT FROM address AS half WHERE half.person_id = was.id))

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
    'change': 'split_table',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM person AS was WHERE NOT EXISTS (SELECT FROM address AS half WHERE half.person_id = was.id AND NOT (half.street IS DISTINCT FROM was.street OR half."the country" IS DISTINCT FROM was."the country" OR half.extra::text IS DISTINCT FROM was.extra::text)) AND (was.street IS NOT NULL OR was."the country" IS NOT NULL OR was.extra IS NOT NULL OR EXISTS (SELECT FROM address AS half WHERE half.person_id = was.id))'],
}


def upgrade() -> None:
    op.execute(
        "DO 'DECLARE n bigint := (SELECT count(*) FROM person AS was WHERE NOT "
        "EXISTS (SELECT FROM address AS half WHERE half.person_id = was.id AND NOT "
        '(half.street IS DISTINCT FROM was.street OR half."the country" IS '
        'DISTINCT FROM was."the country" OR half.extra::text IS DISTINCT FROM '
        'was.extra::text)) AND (was.street IS NOT NULL OR was."the country" IS NOT '
        "NULL OR was.extra IS NOT NULL OR EXISTS (SELECT FROM address AS half "
        "WHERE half.person_id = was.id))); BEGIN IF n > 0 THEN RAISE EXCEPTION "
        "USING MESSAGE = ''rows of person whose street, the country, extra is not "
        "in address: '' || n, HINT = ''Run the fill again. A row that has no row "
        "in address needs one first.''; END IF; COMMENT ON FUNCTION "
        "zz_person_address_there() IS ''complete''; END'"
    )


def downgrade() -> None:
    op.execute("COMMENT ON FUNCTION zz_person_address_there() IS NULL")


# ----------------------------------------------------------------------------------------------------

"""let person.the country be NULL

New code writes the other table only; the old side follows within the transaction, but
not at once.

Phase: switch
Locks: ACCESS EXCLUSIVE on person for an instant

Notes:
- The downgrade refuses once a NULL has been written.

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
    'change': 'split_table',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column("person", "the country", nullable=True)


def downgrade() -> None:
    op.alter_column("person", "the country", nullable=False)


# ----------------------------------------------------------------------------------------------------

"""drop index ix_person_the country of person

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on person; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('"ix_person_the country"') IS NOT NULL)::int

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
    'change': 'split_table',
    'phase': 'contract',
    'validate': ['SELECT (to_regclass(\'"ix_person_the country"\') IS NOT NULL)::int'],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_person_the country"),
            table_name="person",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_person_the country"),
            "person",
            ["the country", "street"],
            unique=False,
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop street, the country, extra of person, which address has now

The old columns leave the catalog with the triggers.

Phase: contract
Locks: ACCESS EXCLUSIVE on person and address for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills them again from address.

Revision ID: 000000000006
Revises: 000000000005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "000000000006"
down_revision = "000000000005"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'split_table',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF "
        "obj_description(to_regprocedure(''zz_person_address_there()''), "
        "''pg_proc'') IS DISTINCT FROM ''complete'' THEN RAISE EXCEPTION USING "
        "MESSAGE = ''it was never verified that address has every value: nothing "
        "is dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_person_address_gone ON address")
    op.execute("DROP FUNCTION zz_person_address_gone()")
    op.execute("DROP TRIGGER zz_person_address_half ON person")
    op.execute("DROP FUNCTION zz_person_address_half()")
    op.execute("DROP TRIGGER zz_person_address_here ON address")
    op.execute("DROP FUNCTION zz_person_address_here()")
    op.execute("DROP TRIGGER zz_person_address_taken ON address")
    op.execute("DROP FUNCTION zz_person_address_taken()")
    op.execute("DROP TRIGGER zz_person_address_there ON person")
    op.execute("DROP FUNCTION zz_person_address_there()")
    op.drop_constraint(op.f("ck_person_street"), "person", type_="check")
    op.drop_constraint(op.f("person_the country_fkey"), "person", type_="foreignkey")
    op.drop_column("person", "street")
    op.drop_column("person", "the country")
    op.drop_column("person", "extra")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_person_address_gone ON address")
    op.execute("DROP TRIGGER IF EXISTS zz_person_address_half ON person")
    op.execute("DROP TRIGGER IF EXISTS zz_person_address_here ON address")
    op.execute("DROP TRIGGER IF EXISTS zz_person_address_taken ON address")
    op.execute("DROP TRIGGER IF EXISTS zz_person_address_there ON person")
    op.execute("DROP FUNCTION IF EXISTS zz_person_address_gone()")
    op.execute("DROP FUNCTION IF EXISTS zz_person_address_half()")
    op.execute("DROP FUNCTION IF EXISTS zz_person_address_here()")
    op.execute("DROP FUNCTION IF EXISTS zz_person_address_taken()")
    op.execute("DROP FUNCTION IF EXISTS zz_person_address_there()")
    op.execute("ALTER TABLE person DROP COLUMN IF EXISTS street")
    op.add_column("person", sa.Column("street", sa.Text(), nullable=True))
    op.alter_column("person", "street", comment="and number")
    op.execute('ALTER TABLE person DROP COLUMN IF EXISTS "the country"')
    op.add_column("person", sa.Column("the country", sa.Text(), nullable=True))
    op.execute('ALTER TABLE person ALTER COLUMN "the country" SET DEFAULT \'fr\'::text')
    op.execute("ALTER TABLE person DROP COLUMN IF EXISTS extra")
    op.add_column("person", sa.Column("extra", postgresql.JSON(), nullable=True))
    op.execute(
        "CREATE FUNCTION zz_person_address_there() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS "
        "'BEGIN IF TG_OP = ''INSERT'' THEN PERFORM FROM address AS half WHERE "
        "half.person_id = NEW.id FOR NO KEY UPDATE; UPDATE address AS half SET "
        'street = COALESCE(half.street, NEW.street), "the country" = '
        'COALESCE(half."the country", NEW."the country"), extra = '
        "COALESCE(half.extra, NEW.extra) WHERE half.person_id = NEW.id AND "
        '((half.street IS NULL AND NEW.street IS NOT NULL) OR (half."the country" '
        'IS NULL AND NEW."the country" IS NOT NULL) OR (half.extra IS NULL AND '
        "NEW.extra IS NOT NULL)); UPDATE person AS was SET street = half.street, "
        '"the country" = half."the country", extra = half.extra FROM address AS '
        "half WHERE was.id = NEW.id AND half.person_id = NEW.id AND (was.street IS "
        'DISTINCT FROM half.street OR was."the country" IS DISTINCT FROM half."the '
        'country" OR was.extra::text IS DISTINCT FROM half.extra::text); ELSIF '
        'NEW.street IS DISTINCT FROM OLD.street OR NEW."the country" IS DISTINCT '
        'FROM OLD."the country" OR NEW.extra::text IS DISTINCT FROM '
        "OLD.extra::text THEN UPDATE address AS half SET street = CASE WHEN "
        "NEW.street IS DISTINCT FROM OLD.street THEN NEW.street ELSE half.street "
        'END, "the country" = CASE WHEN NEW."the country" IS DISTINCT FROM '
        'OLD."the country" THEN NEW."the country" ELSE half."the country" END, '
        "extra = CASE WHEN NEW.extra::text IS DISTINCT FROM OLD.extra::text THEN "
        "NEW.extra ELSE half.extra END WHERE half.person_id = NEW.id AND "
        "((NEW.street IS DISTINCT FROM OLD.street AND half.street IS DISTINCT FROM "
        'NEW.street) OR (NEW."the country" IS DISTINCT FROM OLD."the country" AND '
        'half."the country" IS DISTINCT FROM NEW."the country") OR '
        "(NEW.extra::text IS DISTINCT FROM OLD.extra::text AND half.extra::text IS "
        "DISTINCT FROM NEW.extra::text)); INSERT INTO address (person_id, street, "
        '"the country", extra) SELECT id, street, "the country", extra FROM person '
        'AS was WHERE was.id = NEW.id AND was."the country" IS NOT NULL AND '
        '(was.street IS NOT NULL OR was."the country" IS NOT NULL OR was.extra IS '
        "NOT NULL) ON CONFLICT (person_id) DO NOTHING; END IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_address_there AFTER INSERT OR UPDATE ON person "
        "FOR EACH ROW EXECUTE FUNCTION zz_person_address_there()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_address_taken() RETURNS trigger LANGUAGE "
        "plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS "
        '\'DECLARE held record; BEGIN SELECT was.street, was."the country", '
        "was.extra INTO held FROM person AS was WHERE was.id = NEW.person_id FOR "
        "NO KEY UPDATE; IF FOUND THEN NEW.street := COALESCE(NEW.street, "
        'held.street); NEW."the country" := COALESCE(NEW."the country", held."the '
        'country"); NEW.extra := COALESCE(NEW.extra, held.extra); END IF; RETURN '
        "NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_address_taken BEFORE INSERT ON address FOR EACH "
        "ROW EXECUTE FUNCTION zz_person_address_taken()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_address_here() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        "IF TG_OP = ''INSERT'' THEN UPDATE person AS half SET street = "
        'COALESCE(NEW.street, half.street), "the country" = COALESCE(NEW."the '
        'country", half."the country"), extra = COALESCE(NEW.extra, half.extra) '
        "WHERE half.id = NEW.person_id AND ((NEW.street IS NOT NULL AND "
        'half.street IS DISTINCT FROM NEW.street) OR (NEW."the country" IS NOT '
        'NULL AND half."the country" IS DISTINCT FROM NEW."the country") OR '
        "(NEW.extra IS NOT NULL AND half.extra::text IS DISTINCT FROM "
        "NEW.extra::text)); ELSIF NEW.street IS DISTINCT FROM OLD.street OR "
        'NEW."the country" IS DISTINCT FROM OLD."the country" OR NEW.extra::text '
        "IS DISTINCT FROM OLD.extra::text THEN UPDATE person AS half SET street = "
        "CASE WHEN NEW.street IS DISTINCT FROM OLD.street THEN NEW.street ELSE "
        'half.street END, "the country" = CASE WHEN NEW."the country" IS DISTINCT '
        'FROM OLD."the country" THEN NEW."the country" ELSE half."the country" '
        "END, extra = CASE WHEN NEW.extra::text IS DISTINCT FROM OLD.extra::text "
        "THEN NEW.extra ELSE half.extra END WHERE half.id = NEW.person_id AND "
        "((NEW.street IS DISTINCT FROM OLD.street AND half.street IS DISTINCT FROM "
        'NEW.street) OR (NEW."the country" IS DISTINCT FROM OLD."the country" AND '
        'half."the country" IS DISTINCT FROM NEW."the country") OR '
        "(NEW.extra::text IS DISTINCT FROM OLD.extra::text AND half.extra::text IS "
        "DISTINCT FROM NEW.extra::text)); END IF; RETURN NULL; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_address_here AFTER INSERT OR UPDATE ON address "
        "FOR EACH ROW EXECUTE FUNCTION zz_person_address_here()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_address_half() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        'INSERT INTO address (person_id, street, "the country", extra) SELECT id, '
        'street, "the country", extra FROM person AS was WHERE was.id = NEW.id AND '
        'was."the country" IS NOT NULL ON CONFLICT (person_id) DO NOTHING; RETURN '
        "NULL; END'"
    )
    op.execute(
        "CREATE CONSTRAINT TRIGGER zz_person_address_half AFTER INSERT ON person "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "
        "zz_person_address_half()"
    )
    op.execute(
        "CREATE FUNCTION zz_person_address_gone() RETURNS trigger LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS 'BEGIN "
        'UPDATE person AS was SET street = NULL, "the country" = NULL, extra = '
        'NULL WHERE was.id = OLD.person_id AND (was.street IS NOT NULL OR was."the '
        'country" IS NOT NULL OR was.extra IS NOT NULL); RETURN NULL; END\''
    )
    op.execute(
        "CREATE TRIGGER zz_person_address_gone AFTER DELETE ON address FOR EACH "
        "ROW EXECUTE FUNCTION zz_person_address_gone()"
    )
    fill = (
        'WITH was AS MATERIALIZED (SELECT person_id, street, "the country", extra '
        "FROM address AS was WHERE NOT EXISTS (SELECT FROM person AS half WHERE "
        "half.id = was.person_id AND NOT (half.street IS DISTINCT FROM was.street "
        'OR half."the country" IS DISTINCT FROM was."the country" OR '
        "half.extra::text IS DISTINCT FROM was.extra::text)) AND (was.street IS "
        'NOT NULL OR was."the country" IS NOT NULL OR was.extra IS NOT NULL OR '
        "EXISTS (SELECT FROM person AS half WHERE half.id = was.person_id))"
    )
    then = (
        ' FOR SHARE) UPDATE person AS half SET street = was.street, "the country" '
        '= was."the country", extra = was.extra FROM was WHERE half.id = '
        'was.person_id AND (half.street IS DISTINCT FROM was.street OR half."the '
        'country" IS DISTINCT FROM was."the country" OR half.extra::text IS '
        "DISTINCT FROM was.extra::text)"
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
    op.execute("COMMENT ON FUNCTION zz_person_address_there() IS 'complete'")
    op.execute(
        'ALTER TABLE person ADD CONSTRAINT "person_the country_fkey" FOREIGN KEY '
        '("the country") REFERENCES public.country(code)'
    )
    op.execute(
        "ALTER TABLE person ADD CONSTRAINT ck_person_street CHECK ((street <> "
        "''::text))"
    )
