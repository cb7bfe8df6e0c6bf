"""add from_new to My "Table", kept equal to from

from as bigint, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on My "Table" for an instant

Notes:
- Until the contract every value has to fit both integer and bigint.
- A large change: 29 statements in 9 revisions; have it reviewed in parts.

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
        'My "Table"',
        sa.Column("from_new", sa.BigInteger(), nullable=True),
        schema="odd schema",
    )
    op.execute(
        'CREATE FUNCTION "odd schema"."zz_My ""Table""_from_fill"() RETURNS '
        'trigger LANGUAGE plpgsql AS \'BEGIN NEW.from_new := NEW."from"::bigint; '
        "RETURN NEW; END'"
    )
    op.execute(
        'CREATE TRIGGER "zz_My ""Table""_from_fill" BEFORE INSERT OR UPDATE ON '
        '"odd schema"."My ""Table""" FOR EACH ROW WHEN (NEW.from_new IS DISTINCT '
        'FROM (NEW."from"::bigint)) EXECUTE FUNCTION "odd schema"."zz_My '
        '""Table""_from_fill"()'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ADD CONSTRAINT "ck_My '
        '""Table""_from_mirror" CHECK (from_new IS NOT DISTINCT FROM '
        '("from"::bigint) AND from_new IS NOT NULL AND "from" IS NOT NULL) NOT '
        "VALID"
    )


def downgrade() -> None:
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" DROP CONSTRAINT "ck_My '
        '""Table""_from_mirror"'
    )
    op.execute(
        'DROP TRIGGER "zz_My ""Table""_from_fill" ON "odd schema"."My ""Table"""'
    )
    op.execute('DROP FUNCTION "odd schema"."zz_My ""Table""_from_fill"()')
    op.drop_column('My "Table"', "from_new", schema="odd schema")


# ----------------------------------------------------------------------------------------------------

"""fill from_new of My "Table"

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on My "Table"; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which from_new is not what from says
  SELECT count(*) FROM "odd schema"."My ""Table\"\"\" WHERE from_new IS DISTINCT FROM ("from"::bigint)

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
    'table': '"odd schema"."My ""Table"""',
    'set': {'from_new': '"from"::bigint'},
    'where': 'from_new IS DISTINCT FROM ("from"::bigint)',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM "odd schema"."My ""Table""" WHERE from_new IS DISTINCT FROM ("from"::bigint)'],
}


def upgrade() -> None:
    fill = (
        'UPDATE "odd schema"."My ""Table""" SET from_new = "from"::bigint WHERE '
        'from_new IS DISTINCT FROM ("from"::bigint)'
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text('SELECT pg_relation_size(\'"odd schema"."My ""Table"""\') / current_setting(\'block_size\')::int'),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""prove that from_new of My "Table" is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on My "Table" while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which from_new is not what from says
  SELECT count(*) FROM "odd schema"."My ""Table\"\"\" WHERE from_new IS DISTINCT FROM ("from"::bigint)

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
    'validate': ['SELECT count(*) FROM "odd schema"."My ""Table""" WHERE from_new IS DISTINCT FROM ("from"::bigint)'],
}


def upgrade() -> None:
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" VALIDATE CONSTRAINT "ck_My '
        '""Table""_from_mirror"'
    )


def downgrade() -> None:
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" DROP CONSTRAINT "ck_My '
        '""Table""_from_mirror"'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ADD CONSTRAINT "ck_My '
        '""Table""_from_mirror" CHECK (from_new IS NOT DISTINCT FROM '
        '("from"::bigint) AND from_new IS NOT NULL AND "from" IS NOT NULL) NOT '
        "VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""build ix from_new of My "Table"

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on My "Table" while it is read; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('"odd schema"."ix from_new"') AND indisvalid

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
    'validate': ['SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass(\'"odd schema"."ix from_new"\') AND indisvalid'],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix from_new"),
            table_name='My "Table"',
            schema="odd schema",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix from_new"),
            'My "Table"',
            ["from_new", "to:x%s"],
            unique=False,
            schema="odd schema",
            postgresql_include=["id"],
            postgresql_where=sa.text("(from_new <> 3)"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix from_new"),
            table_name='My "Table"',
            schema="odd schema",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""build it's a rule_new of My "Table"

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: ACCESS EXCLUSIVE on My "Table" for an instant

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
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ADD CONSTRAINT "it\'s a rule_new" '
        'CHECK (((from_new > 0) OR ("to:x%s" = \'from\'::text))) NOT VALID'
    )


def downgrade() -> None:
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" DROP CONSTRAINT "it\'s a rule_new"'
    )


# ----------------------------------------------------------------------------------------------------

"""validate it's a rule_new of My "Table"

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on My "Table" while it is read; readers and writers go on

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
    'phase': 'enforce',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" VALIDATE CONSTRAINT "it\'s a '
        'rule_new"'
    )


def downgrade() -> None:
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" DROP CONSTRAINT "it\'s a rule_new"'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ADD CONSTRAINT "it\'s a rule_new" '
        'CHECK (((from_new > 0) OR ("to:x%s" = \'from\'::text))) NOT VALID'
    )


# ----------------------------------------------------------------------------------------------------

"""let from of My "Table" be the bigint one

Only the catalog changes. from_old is kept up to date from now on, so that the way back
loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on My "Table" for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in My "Table"; an INSERT without a column list would
  notice.

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
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        '\'\'"odd schema"."My ""Table"""\'\'::regclass AND conname = \'\'ck_My '
        '"Table"_from_mirror\'\' AND convalidated) THEN RAISE EXCEPTION USING '
        'MESSAGE = \'\'ck_My "Table"_from_mirror is not validated: the copy may be '
        "incomplete, nothing is switched or dropped''; END IF; END'"
    )
    op.execute(
        'DROP TRIGGER "zz_My ""Table""_from_fill" ON "odd schema"."My ""Table"""'
    )
    op.execute('DROP FUNCTION "odd schema"."zz_My ""Table""_from_fill"()')
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ALTER COLUMN from_new SET NOT NULL'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ALTER COLUMN from_new SET DEFAULT '
        "5"
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ALTER COLUMN "from" DROP DEFAULT'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" RENAME COLUMN "from" TO from_old'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" RENAME COLUMN from_new TO "from"'
    )
    op.execute(
        'CREATE FUNCTION "odd schema"."zz_My ""Table""_from_keep"() RETURNS '
        'trigger LANGUAGE plpgsql AS \'BEGIN NEW.from_old := NEW."from"::integer; '
        "RETURN NEW; END'"
    )
    op.execute(
        'CREATE TRIGGER "zz_My ""Table""_from_keep" BEFORE INSERT OR UPDATE ON '
        '"odd schema"."My ""Table""" FOR EACH ROW WHEN (NEW."from" IS DISTINCT '
        'FROM (NEW.from_old::bigint)) EXECUTE FUNCTION "odd schema"."zz_My '
        '""Table""_from_keep"()'
    )
    op.execute('ALTER INDEX "odd schema"."ix from" RENAME TO "ix from_old"')
    op.execute('ALTER INDEX "odd schema"."ix from_new" RENAME TO "ix from"')
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" RENAME CONSTRAINT "it\'s a rule" '
        'TO "it\'s a rule_old"'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" RENAME CONSTRAINT "it\'s a '
        'rule_new" TO "it\'s a rule"'
    )


def downgrade() -> None:
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" RENAME CONSTRAINT "it\'s a rule" '
        'TO "it\'s a rule_new"'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" RENAME CONSTRAINT "it\'s a '
        'rule_old" TO "it\'s a rule"'
    )
    op.execute('ALTER INDEX "odd schema"."ix from" RENAME TO "ix from_new"')
    op.execute('ALTER INDEX "odd schema"."ix from_old" RENAME TO "ix from"')
    op.execute(
        'DROP TRIGGER "zz_My ""Table""_from_keep" ON "odd schema"."My ""Table"""'
    )
    op.execute('DROP FUNCTION "odd schema"."zz_My ""Table""_from_keep"()')
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" RENAME COLUMN "from" TO from_new'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" RENAME COLUMN from_old TO "from"'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ALTER COLUMN "from" SET DEFAULT 5'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ALTER COLUMN from_new DROP DEFAULT'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ALTER COLUMN from_new DROP NOT '
        "NULL"
    )
    op.execute(
        'CREATE FUNCTION "odd schema"."zz_My ""Table""_from_fill"() RETURNS '
        'trigger LANGUAGE plpgsql AS \'BEGIN NEW.from_new := NEW."from"::bigint; '
        "RETURN NEW; END'"
    )
    op.execute(
        'CREATE TRIGGER "zz_My ""Table""_from_fill" BEFORE INSERT OR UPDATE ON '
        '"odd schema"."My ""Table""" FOR EACH ROW WHEN (NEW.from_new IS DISTINCT '
        'FROM (NEW."from"::bigint)) EXECUTE FUNCTION "odd schema"."zz_My '
        '""Table""_from_fill"()'
    )


# ----------------------------------------------------------------------------------------------------

"""drop index ix from_old of My "Table"

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on My "Table"; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('"odd schema"."ix from_old"') IS NOT NULL)::int

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
    'validate': ['SELECT (to_regclass(\'"odd schema"."ix from_old"\') IS NOT NULL)::int'],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix from_old"),
            table_name='My "Table"',
            schema="odd schema",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix from_old"),
            'My "Table"',
            ["from_old", "to:x%s"],
            unique=False,
            schema="odd schema",
            postgresql_include=["id"],
            postgresql_where=sa.text("(from_old <> 3)"),
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop from_old of My "Table"

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on My "Table" for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills from_old again in batches; it refuses values that integer cannot
  hold.

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
        '\'\'"odd schema"."My ""Table"""\'\'::regclass AND conname = \'\'ck_My '
        '"Table"_from_mirror\'\' AND convalidated) THEN RAISE EXCEPTION USING '
        'MESSAGE = \'\'ck_My "Table"_from_mirror is not validated: the copy may be '
        "incomplete, nothing is switched or dropped''; END IF; END'"
    )
    op.execute(
        'DROP TRIGGER "zz_My ""Table""_from_keep" ON "odd schema"."My ""Table"""'
    )
    op.execute('DROP FUNCTION "odd schema"."zz_My ""Table""_from_keep"()')
    op.drop_column('My "Table"', "from_old", schema="odd schema")


def downgrade() -> None:
    op.execute(
        'DROP TRIGGER IF EXISTS "zz_My ""Table""_from_keep" ON "odd schema"."My '
        '""Table"""'
    )
    op.execute('DROP FUNCTION IF EXISTS "odd schema"."zz_My ""Table""_from_keep"()')
    op.execute('ALTER TABLE "odd schema"."My ""Table""" DROP COLUMN IF EXISTS from_old')
    op.execute('ALTER TABLE "odd schema"."My ""Table""" ADD COLUMN from_old integer')
    op.execute(
        'CREATE FUNCTION "odd schema"."zz_My ""Table""_from_keep"() RETURNS '
        'trigger LANGUAGE plpgsql AS \'BEGIN NEW.from_old := NEW."from"::integer; '
        "RETURN NEW; END'"
    )
    op.execute(
        'CREATE TRIGGER "zz_My ""Table""_from_keep" BEFORE INSERT OR UPDATE ON '
        '"odd schema"."My ""Table""" FOR EACH ROW WHEN (NEW."from" IS DISTINCT '
        'FROM (NEW.from_old::bigint)) EXECUTE FUNCTION "odd schema"."zz_My '
        '""Table""_from_keep"()'
    )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ADD CONSTRAINT "ck_My '
        '""Table""_from_mirror" CHECK ("from" IS NOT DISTINCT FROM '
        '(from_old::bigint) AND "from" IS NOT NULL AND from_old IS NOT NULL) NOT '
        "VALID"
    )
    fill = (
        'UPDATE "odd schema"."My ""Table""" SET from_old = "from"::integer WHERE '
        '"from" IS DISTINCT FROM (from_old::bigint)'
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text('SELECT pg_relation_size(\'"odd schema"."My ""Table"""\') / current_setting(\'block_size\')::int'),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile
    with op.get_context().autocommit_block():
        op.execute(
            'ALTER TABLE "odd schema"."My ""Table""" VALIDATE CONSTRAINT "ck_My '
            '""Table""_from_mirror"'
        )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ADD CONSTRAINT "it\'s a rule_old" '
        'CHECK (((from_old > 0) OR ("to:x%s" = \'from\'::text))) NOT VALID'
    )
    with op.get_context().autocommit_block():
        op.execute(
            'ALTER TABLE "odd schema"."My ""Table""" VALIDATE CONSTRAINT "it\'s a '
            'rule_old"'
        )
    op.execute(
        'ALTER TABLE "odd schema"."My ""Table""" ALTER COLUMN from_old SET NOT NULL'
    )
