"""create type en:um %

An enum with its labels in order; columns of this type come after it.

Phase: expand

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
    'change': 'create_enum',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute('CREATE TYPE "en:um %" AS ENUM (\'a:b\', \'%s\', \'it\'\'s\')')


def downgrade() -> None:
    op.execute('DROP TYPE "en:um %"')


# ----------------------------------------------------------------------------------------------------

"""add é%s :name "q" {x} to we"ird 100% :x '; DROP TABLE orders; --; add tex:t to we"ird 100% :x '; DROP TABLE orders; --

The default is the same for every row: PostgreSQL keeps it in the catalog and rewrites
nothing.

Phase: expand
Locks: ACCESS EXCLUSIVE on we"ird 100% :x '; DROP TABLE orders; -- for an instant; no
       row is read or written

Validation: each count must be 0
  -- the column is missing or of another type than jsonb
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = '"we""ird 100% :x ''; DROP TABLE orders; --"'::regclass AND attname = 'é%s :name "q" {x}' AND NOT attisdropped AND atttypid = 'jsonb'::regtype
  -- rows without a value
  SELECT count(*) FROM "we""ird 100% :x '; DROP TABLE orders; --" WHERE "é%s :name ""q"" {x}" IS NULL
  -- the column is missing or of another type than text
  SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = '"we""ird 100% :x ''; DROP TABLE orders; --"'::regclass AND attname = 'tex:t' AND NOT attisdropped AND atttypid = 'text'::regtype
  -- rows without a value
  SELECT count(*) FROM "we""ird 100% :x '; DROP TABLE orders; --" WHERE "tex:t" IS NULL

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
    'change': 'add_column',
    'phase': 'expand',
    'validate': ['SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = \'"we""ird 100% :x \'\'; DROP TABLE orders; --"\'::regclass AND attname = \'é%s :name "q" {x}\' AND NOT attisdropped AND atttypid = \'jsonb\'::regtype', 'SELECT count(*) FROM "we""ird 100% :x \'; DROP TABLE orders; --" WHERE "é%s :name ""q"" {x}" IS NULL', 'SELECT 1 - count(*) FROM pg_attribute WHERE attrelid = \'"we""ird 100% :x \'\'; DROP TABLE orders; --"\'::regclass AND attname = \'tex:t\' AND NOT attisdropped AND atttypid = \'text\'::regtype', 'SELECT count(*) FROM "we""ird 100% :x \'; DROP TABLE orders; --" WHERE "tex:t" IS NULL'],
}


def upgrade() -> None:
    op.add_column(
        'we"ird 100% :x \'; DROP TABLE orders; --',
        sa.Column(
            'é%s :name "q" {x}',
            postgresql.JSONB(),
            server_default=sa.text('E\'{"a": "\\:b 50% \'\'q\'\' \\\\\\\\ \\\\"z\\\\"", "c": 1}\'::jsonb'),
            nullable=True,
        ),
    )
    op.alter_column(
        'we"ird 100% :x \'; DROP TABLE orders; --',
        'é%s :name "q" {x}',
        comment='it\'s :x 5% \\ """done',
    )
    op.add_column(
        'we"ird 100% :x \'; DROP TABLE orders; --',
        sa.Column(
            "tex:t",
            sa.Text(),
            server_default=sa.text("E'''; DROP TABLE orders; -- %s \\:x \\\\'"),
            nullable=True,
        ),
    )


def downgrade() -> None:
    op.drop_column('we"ird 100% :x \'; DROP TABLE orders; --', "tex:t")
    op.drop_column('we"ird 100% :x \'; DROP TABLE orders; --', 'é%s :name "q" {x}')


# ----------------------------------------------------------------------------------------------------

"""index we"ird 100% :x '; DROP TABLE orders; -- on r%

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on we"ird 100% :x '; DROP TABLE orders; -- while it is
       built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('"ix_we""ird 100% :x ''; DROP TABLE orders; --_r%"') AND indisvalid

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
    'change': 'add_index',
    'phase': 'expand',
    'validate': ['SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass(\'"ix_we""ird 100% :x \'\'; DROP TABLE orders; --_r%"\') AND indisvalid'],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f('ix_we"ird 100% :x \'; DROP TABLE orders; --_r%'),
            table_name='we"ird 100% :x \'; DROP TABLE orders; --',
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f('ix_we"ird 100% :x \'; DROP TABLE orders; --_r%'),
            'we"ird 100% :x \'; DROP TABLE orders; --',
            ["r%"],
            unique=False,
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f('ix_we"ird 100% :x \'; DROP TABLE orders; --_r%'),
            table_name='we"ird 100% :x \'; DROP TABLE orders; --',
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""make c:1 %, r% unique in we"ird 100% :x '; DROP TABLE orders; --

The index is built concurrently; the constraint then takes it over without a scan.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on we"ird 100% :x '; DROP TABLE orders; -- while the index
       is built; readers and writers go on; ACCESS EXCLUSIVE for the instant of ADD
       CONSTRAINT

Validation: each count must be 0
  -- groups of equal values
  SELECT count(*) FROM (SELECT FROM "we""ird 100% :x '; DROP TABLE orders; --" WHERE "c:1 %" IS NOT NULL AND "r%" IS NOT NULL GROUP BY "c:1 %", "r%" HAVING count(*) > 1) AS duplicates

Notes:
- With duplicates it ends before anything is built; run the validation query first to
  see how many.

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
    'change': 'add_unique',
    'phase': 'expand',
    'validate': ['SELECT count(*) FROM (SELECT FROM "we""ird 100% :x \'; DROP TABLE orders; --" WHERE "c:1 %" IS NOT NULL AND "r%" IS NOT NULL GROUP BY "c:1 %", "r%" HAVING count(*) > 1) AS duplicates'],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(
            "DO 'DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM (SELECT FROM "
            '"we""ird 100% \\:x \'\'; DROP TABLE orders; --" WHERE "c:1 %" IS NOT NULL '
            'AND "r%" IS NOT NULL GROUP BY "c:1 %", "r%" HAVING count(*) > 1) AS '
            "duplicates; IF n > 0 THEN RAISE EXCEPTION USING ERRCODE = "
            "''unique_violation'', MESSAGE = ''groups of equal values'', HINT = "
            '\'\'Count them: SELECT count(*) FROM (SELECT FROM "we""ird 100% \\:x \'\'\'\'; '
            'DROP TABLE orders; --" WHERE "c:1 %" IS NOT NULL AND "r%" IS NOT NULL '
            'GROUP BY "c:1 %", "r%" HAVING count(*) > 1) AS duplicates\'\'; END IF; END\''
        )
        op.drop_index(
            op.f('uq_we"ird 100% :x \'; DROP TABLE orders; --_c:1 %_r%'),
            table_name='we"ird 100% :x \'; DROP TABLE orders; --',
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f('uq_we"ird 100% :x \'; DROP TABLE orders; --_c:1 %_r%'),
            'we"ird 100% :x \'; DROP TABLE orders; --',
            ["c:1 %", "r%"],
            unique=True,
            postgresql_concurrently=True,
        )
    op.execute(
        'ALTER TABLE "we""ird 100% \\:x \'; DROP TABLE orders; --" ADD CONSTRAINT '
        '"uq_we""ird 100% \\:x \'; DROP TABLE orders; --_c:1 %_r%" UNIQUE USING '
        'INDEX "uq_we""ird 100% \\:x \'; DROP TABLE orders; --_c:1 %_r%"'
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f('uq_we"ird 100% :x \'; DROP TABLE orders; --_c:1 %_r%'),
        'we"ird 100% :x \'; DROP TABLE orders; --',
        type_="unique",
    )


# ----------------------------------------------------------------------------------------------------

"""let we"ird 100% :x '; DROP TABLE orders; --.r% reference customer

NOT VALID: new rows are checked from now on; rows that are there are read by the next
revision.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on we"ird 100% :x '; DROP TABLE orders; -- and customer for
       an instant

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
    'change': 'add_foreign_key',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_foreign_key(
        op.f("fk :a %b"),
        'we"ird 100% :x \'; DROP TABLE orders; --',
        "customer",
        ["r%"],
        ["id"],
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f("fk :a %b"),
        'we"ird 100% :x \'; DROP TABLE orders; --',
        type_="foreignkey",
    )


# ----------------------------------------------------------------------------------------------------

"""check we"ird 100% :x '; DROP TABLE orders; --: ck_we"ird 100% :x '; DROP TABLE orders; --_c:1 %

NOT VALID: new and changed rows are checked from now on; the others by the next
revision.

Phase: expand
Locks: ACCESS EXCLUSIVE on we"ird 100% :x '; DROP TABLE orders; -- for an instant

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
    'change': 'add_check',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.create_check_constraint(
        op.f('ck_we"ird 100% :x \'; DROP TABLE orders; --_c:1 %'),
        'we"ird 100% :x \'; DROP TABLE orders; --',
        sa.text('"c:1 %" <> \' \\:x %s\''),
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f('ck_we"ird 100% :x \'; DROP TABLE orders; --_c:1 %'),
        'we"ird 100% :x \'; DROP TABLE orders; --',
        type_="check",
    )


# ----------------------------------------------------------------------------------------------------

"""fill c:1 % of we"ird 100% :x '; DROP TABLE orders; --

In batches, each its own transaction: a row is locked for milliseconds, and an
interrupted run can be repeated, because filled rows no longer match.

Phase: backfill
Locks: ROW EXCLUSIVE on we"ird 100% :x '; DROP TABLE orders; --; the rows of one batch
       at a time

Validation: each count must be 0
  -- rows in which c:1 % is NULL
  SELECT count(*) FROM "we""ird 100% :x '; DROP TABLE orders; --" WHERE "c:1 %" IS NULL

Notes:
- Which rows were NULL is not remembered: the downgrade leaves the values.

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
    'change': 'set_not_null',
    'phase': 'backfill',
    'table': '"we""ird 100% :x \'; DROP TABLE orders; --"',
    'set': {'c:1 %': "'%s :v '''"},
    'where': '"c:1 %" IS NULL',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM "we""ird 100% :x \'; DROP TABLE orders; --" WHERE "c:1 %" IS NULL'],
}


def upgrade() -> None:
    fill = (
        'UPDATE "we""ird 100% \\:x \'; DROP TABLE orders; --" SET "c:1 %" = \'%s \\:v '
        '\'\'\' WHERE "c:1 %" IS NULL'
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text('SELECT pg_relation_size(\'"we""ird 100% \\:x \'\'; DROP TABLE orders; --"\') / current_setting(\'block_size\')::int'),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # What was there before is not remembered; the values stay.
    pass


# ----------------------------------------------------------------------------------------------------

"""validate that we"ird 100% :x '; DROP TABLE orders; --.r% references customer

Reads the rows that were there before; it fails, and changes nothing, when one is
orphaned.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on we"ird 100% :x '; DROP TABLE orders; --, ROW SHARE on
       customer; readers and writers go on

Validation: each count must be 0
  -- rows that point at no row of customer
  SELECT count(*) FROM "we""ird 100% :x '; DROP TABLE orders; --" AS source WHERE source."r%" IS NOT NULL AND NOT EXISTS (SELECT FROM customer AS target WHERE target.id = source."r%")

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
    'change': 'add_foreign_key',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM "we""ird 100% :x \'; DROP TABLE orders; --" AS source WHERE source."r%" IS NOT NULL AND NOT EXISTS (SELECT FROM customer AS target WHERE target.id = source."r%")'],
}


def upgrade() -> None:
    op.execute(
        'ALTER TABLE "we""ird 100% \\:x \'; DROP TABLE orders; --" VALIDATE '
        'CONSTRAINT "fk \\:a %b"'
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f("fk :a %b"),
        'we"ird 100% :x \'; DROP TABLE orders; --',
        type_="foreignkey",
    )
    op.create_foreign_key(
        op.f("fk :a %b"),
        'we"ird 100% :x \'; DROP TABLE orders; --',
        "customer",
        ["r%"],
        ["id"],
        postgresql_not_valid=True,
    )


# ----------------------------------------------------------------------------------------------------

"""validate ck_we"ird 100% :x '; DROP TABLE orders; --_c:1 % of we"ird 100% :x '; DROP TABLE orders; --

Reads the rows that were there before; it fails, and changes nothing, when one breaks
the rule.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on we"ird 100% :x '; DROP TABLE orders; -- while it is
       read; readers and writers go on

Validation: each count must be 0
  -- rows that break the rule
  SELECT count(*) FROM "we""ird 100% :x '; DROP TABLE orders; --" WHERE NOT ("c:1 %" <> ' :x %s')

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
    'change': 'add_check',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM "we""ird 100% :x \'; DROP TABLE orders; --" WHERE NOT ("c:1 %" <> \' :x %s\')'],
}


def upgrade() -> None:
    op.execute(
        'ALTER TABLE "we""ird 100% \\:x \'; DROP TABLE orders; --" VALIDATE '
        'CONSTRAINT "ck_we""ird 100% \\:x \'; DROP TABLE orders; --_c:1 %"'
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f('ck_we"ird 100% :x \'; DROP TABLE orders; --_c:1 %'),
        'we"ird 100% :x \'; DROP TABLE orders; --',
        type_="check",
    )
    op.create_check_constraint(
        op.f('ck_we"ird 100% :x \'; DROP TABLE orders; --_c:1 %'),
        'we"ird 100% :x \'; DROP TABLE orders; --',
        sa.text('"c:1 %" <> \' \\:x %s\''),
        postgresql_not_valid=True,
    )


# ----------------------------------------------------------------------------------------------------

"""let no new row of we"ird 100% :x '; DROP TABLE orders; -- leave c:1 % empty

NOT VALID: new and changed rows are checked from now on, the others by the next
revision.

Phase: enforce
Locks: ACCESS EXCLUSIVE on we"ird 100% :x '; DROP TABLE orders; -- for an instant

Validation: each count must be 0
  -- rows in which c:1 % is NULL
  SELECT count(*) FROM "we""ird 100% :x '; DROP TABLE orders; --" WHERE "c:1 %" IS NULL

Notes:
- Every release that runs from here on must write we"ird 100% :x '; DROP TABLE orders;
  --.c:1 %.

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
    'change': 'set_not_null',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM "we""ird 100% :x \'; DROP TABLE orders; --" WHERE "c:1 %" IS NULL'],
}


def upgrade() -> None:
    op.execute(
        'ALTER TABLE "we""ird 100% \\:x \'; DROP TABLE orders; --" ADD CONSTRAINT '
        '"we""ird 100% \\:x \'; DROP TABLE orders; --_c:1 %_not_null" NOT NULL "c:1 '
        '%" NOT VALID'
    )


def downgrade() -> None:
    op.execute(
        'ALTER TABLE "we""ird 100% \\:x \'; DROP TABLE orders; --" DROP CONSTRAINT '
        '"we""ird 100% \\:x \'; DROP TABLE orders; --_c:1 %_not_null"'
    )


# ----------------------------------------------------------------------------------------------------

"""make we"ird 100% :x '; DROP TABLE orders; --.c:1 % NOT NULL

VALIDATE reads the rows that were there before the constraint; nobody waits for it.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on we"ird 100% :x '; DROP TABLE orders; -- while it is
       read; readers and writers go on

Validation: each count must be 0
  -- rows in which c:1 % is NULL
  SELECT count(*) FROM "we""ird 100% :x '; DROP TABLE orders; --" WHERE "c:1 %" IS NULL

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
    'validate': ['SELECT count(*) FROM "we""ird 100% :x \'; DROP TABLE orders; --" WHERE "c:1 %" IS NULL'],
}


def upgrade() -> None:
    op.execute(
        'ALTER TABLE "we""ird 100% \\:x \'; DROP TABLE orders; --" VALIDATE '
        'CONSTRAINT "we""ird 100% \\:x \'; DROP TABLE orders; --_c:1 %_not_null"'
    )


def downgrade() -> None:
    op.execute(
        'ALTER TABLE "we""ird 100% \\:x \'; DROP TABLE orders; --" DROP CONSTRAINT '
        '"we""ird 100% \\:x \'; DROP TABLE orders; --_c:1 %_not_null"'
    )
    op.execute(
        'ALTER TABLE "we""ird 100% \\:x \'; DROP TABLE orders; --" ADD CONSTRAINT '
        '"we""ird 100% \\:x \'; DROP TABLE orders; --_c:1 %_not_null" NOT NULL "c:1 '
        '%" NOT VALID'
    )
