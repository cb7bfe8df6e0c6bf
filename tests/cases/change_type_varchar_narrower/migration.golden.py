"""add name_new to person, kept equal to name

name as varchar(40), beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on person for an instant

Validation: each count must be 0
  -- values that do not fit varchar(40)
  SELECT count(*) FROM person WHERE char_length(name) > 40

Notes:
- Until the contract every value has to fit both character varying(200) and varchar(40).
- A large change: 27 statements in 8 revisions; have it reviewed in parts.

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
    'validate': ['SELECT count(*) FROM person WHERE char_length(name) > 40'],
}


def upgrade() -> None:
    op.add_column("person", sa.Column("name_new", sa.String(length=40), nullable=True))
    op.execute(
        "CREATE FUNCTION zz_person_name_fill() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.name_new := NEW.name; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_name_fill BEFORE INSERT OR UPDATE ON person FOR "
        "EACH ROW WHEN (NEW.name_new IS DISTINCT FROM (NEW.name)) EXECUTE FUNCTION "
        "zz_person_name_fill()"
    )
    op.execute(
        "ALTER TABLE person ADD CONSTRAINT ck_person_name_mirror CHECK (name_new "
        "IS NOT DISTINCT FROM (name)) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE person DROP CONSTRAINT ck_person_name_mirror")
    op.execute("DROP TRIGGER zz_person_name_fill ON person")
    op.execute("DROP FUNCTION zz_person_name_fill()")
    op.drop_column("person", "name_new")


# ----------------------------------------------------------------------------------------------------

"""fill name_new of person

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on person; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which name_new is not what name says
  SELECT count(*) FROM person WHERE name_new IS DISTINCT FROM (name)

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
    'table': 'person',
    'set': {'name_new': 'name'},
    'where': 'name_new IS DISTINCT FROM (name)',
    'key': [],
    'validate': ['SELECT count(*) FROM person WHERE name_new IS DISTINCT FROM (name)'],
}


def upgrade() -> None:
    fill = "UPDATE person SET name_new = name WHERE name_new IS DISTINCT FROM (name)"
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


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""prove that name_new of person is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on person while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which name_new is not what name says
  SELECT count(*) FROM person WHERE name_new IS DISTINCT FROM (name)

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
    'validate': ['SELECT count(*) FROM person WHERE name_new IS DISTINCT FROM (name)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE person VALIDATE CONSTRAINT ck_person_name_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE person DROP CONSTRAINT ck_person_name_mirror")
    op.execute(
        "ALTER TABLE person ADD CONSTRAINT ck_person_name_mirror CHECK (name_new "
        "IS NOT DISTINCT FROM (name)) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""build ix_person_lower_new of person

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on person while it is read; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_person_lower_new') AND indisvalid

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
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_person_lower_new') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_person_lower_new"),
            table_name="person",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_person_lower_new"),
            "person",
            [sa.text("lower((name_new)::text) DESC NULLS LAST")],
            unique=False,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_person_lower_new"),
            table_name="person",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""build uq_person_name_new of person

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on person while it is read; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('uq_person_name_new') AND indisvalid

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
    'phase': 'enforce',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('uq_person_name_new') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("uq_person_name_new"),
            table_name="person",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("uq_person_name_new"),
            "person",
            ["name_new"],
            unique=True,
            postgresql_concurrently=True,
        )
    op.execute(
        "ALTER TABLE person ADD CONSTRAINT uq_person_name_new UNIQUE USING INDEX "
        "uq_person_name_new"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("uq_person_name_new"), "person", type_="unique")


# ----------------------------------------------------------------------------------------------------

"""let name of person be the varchar(40) one

Only the catalog changes. name_old is kept up to date from now on, so that the way back
loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on person for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in person; an INSERT without a column list would notice.

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
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''person''::regclass AND conname = ''ck_person_name_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_person_name_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_person_name_fill ON person")
    op.execute("DROP FUNCTION zz_person_name_fill()")
    op.execute("ALTER TABLE person RENAME COLUMN name TO name_old")
    op.execute("ALTER TABLE person RENAME COLUMN name_new TO name")
    op.execute(
        "CREATE FUNCTION zz_person_name_keep() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.name_old := NEW.name; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_name_keep BEFORE INSERT OR UPDATE ON person FOR "
        "EACH ROW WHEN (NEW.name IS DISTINCT FROM (NEW.name_old)) EXECUTE FUNCTION "
        "zz_person_name_keep()"
    )
    op.execute("ALTER INDEX ix_person_lower RENAME TO ix_person_lower_old")
    op.execute("ALTER INDEX ix_person_lower_new RENAME TO ix_person_lower")
    op.execute(
        "ALTER TABLE person RENAME CONSTRAINT uq_person_name TO uq_person_name_old"
    )
    op.execute(
        "ALTER TABLE person RENAME CONSTRAINT uq_person_name_new TO uq_person_name"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE person RENAME CONSTRAINT uq_person_name TO uq_person_name_new"
    )
    op.execute(
        "ALTER TABLE person RENAME CONSTRAINT uq_person_name_old TO uq_person_name"
    )
    op.execute("ALTER INDEX ix_person_lower RENAME TO ix_person_lower_new")
    op.execute("ALTER INDEX ix_person_lower_old RENAME TO ix_person_lower")
    op.execute("DROP TRIGGER zz_person_name_keep ON person")
    op.execute("DROP FUNCTION zz_person_name_keep()")
    op.execute("ALTER TABLE person RENAME COLUMN name TO name_new")
    op.execute("ALTER TABLE person RENAME COLUMN name_old TO name")
    op.execute(
        "CREATE FUNCTION zz_person_name_fill() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.name_new := NEW.name; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_name_fill BEFORE INSERT OR UPDATE ON person FOR "
        "EACH ROW WHEN (NEW.name_new IS DISTINCT FROM (NEW.name)) EXECUTE FUNCTION "
        "zz_person_name_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""drop index ix_person_lower_old of person

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on person; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_person_lower_old') IS NOT NULL)::int

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
    'validate': ["SELECT (to_regclass('ix_person_lower_old') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_person_lower_old"),
            table_name="person",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_person_lower_old"),
            "person",
            [sa.text("lower((name_old)::text) DESC NULLS LAST")],
            unique=False,
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop name_old of person

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on person for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills name_old again in batches; it refuses values that character
  varying(200) cannot hold.

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
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''person''::regclass AND conname = ''ck_person_name_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_person_name_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_person_name_keep ON person")
    op.execute("DROP FUNCTION zz_person_name_keep()")
    op.drop_column("person", "name_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_person_name_keep ON person")
    op.execute("DROP FUNCTION IF EXISTS zz_person_name_keep()")
    op.execute("ALTER TABLE person DROP COLUMN IF EXISTS name_old")
    op.execute("ALTER TABLE person ADD COLUMN name_old character varying(200)")
    op.execute(
        "CREATE FUNCTION zz_person_name_keep() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.name_old := NEW.name; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_person_name_keep BEFORE INSERT OR UPDATE ON person FOR "
        "EACH ROW WHEN (NEW.name IS DISTINCT FROM (NEW.name_old)) EXECUTE FUNCTION "
        "zz_person_name_keep()"
    )
    op.execute(
        "ALTER TABLE person ADD CONSTRAINT ck_person_name_mirror CHECK (name IS "
        "NOT DISTINCT FROM (name_old)) NOT VALID"
    )
    fill = "UPDATE person SET name_old = name WHERE name IS DISTINCT FROM (name_old)"
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
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE person VALIDATE CONSTRAINT ck_person_name_mirror")
        op.drop_index(
            op.f("uq_person_name_old"),
            table_name="person",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("uq_person_name_old"),
            "person",
            ["name_old"],
            unique=True,
            postgresql_concurrently=True,
        )
    op.execute(
        "ALTER TABLE person ADD CONSTRAINT uq_person_name_old UNIQUE USING INDEX "
        "uq_person_name_old"
    )
