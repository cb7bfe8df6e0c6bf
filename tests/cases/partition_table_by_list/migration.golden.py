"""let Sale hold nothing outside of the bounds of sale west

NOT VALID: new and changed rows are checked from now on, the others by the next
revision.

Phase: enforce
Locks: ACCESS EXCLUSIVE on Sale for an instant

Validation: each count must be 0
  -- rows outside of the bounds
  SELECT count(*) FROM "Sale" WHERE NOT ("the region" IN ('o''eu', 'us'))

Notes:
- Until the switch a row outside of the bounds is refused ("the region" IN ('o''eu',
  'us')): apply up to the switch in one run, and choose bounds well ahead of what is
  written.

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
    'change': 'partition_table',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM "Sale" WHERE NOT ("the region" IN (\'o\'\'eu\', \'us\'))'],
}


def upgrade() -> None:
    op.execute(
        'ALTER TABLE "Sale" ADD CONSTRAINT "ck_Sale_bounds" CHECK ("the region" IN '
        "('o''eu', 'us')) NOT VALID"
    )


def downgrade() -> None:
    op.execute('ALTER TABLE "Sale" DROP CONSTRAINT IF EXISTS "ck_Sale_bounds"')


# ----------------------------------------------------------------------------------------------------

"""prove that every row of Sale is within the bounds of sale west

VALIDATE reads every row; nobody waits for it. ATTACH will not have to read them again.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on Sale while it is read; readers and writers go on

Validation: each count must be 0
  -- rows outside of the bounds
  SELECT count(*) FROM "Sale" WHERE NOT ("the region" IN ('o''eu', 'us'))

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
    'change': 'partition_table',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM "Sale" WHERE NOT ("the region" IN (\'o\'\'eu\', \'us\'))'],
}


def upgrade() -> None:
    op.execute('ALTER TABLE "Sale" VALIDATE CONSTRAINT "ck_Sale_bounds"')


def downgrade() -> None:
    op.execute(
        "DO 'BEGIN IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        '\'\'"Sale"\'\'::regclass AND conname = \'\'ck_Sale_bounds\'\') THEN ALTER TABLE '
        '"Sale" DROP CONSTRAINT "ck_Sale_bounds"; ALTER TABLE "Sale" ADD '
        'CONSTRAINT "ck_Sale_bounds" CHECK ("the region" IN (\'\'o\'\'\'\'eu\'\', \'\'us\'\')) '
        "NOT VALID; END IF; END'"
    )


# ----------------------------------------------------------------------------------------------------

"""let Sale be partitioned by list of the region

Only the catalog changes: what was Sale is its partition sale west from now on.

Phase: switch
Locks: ACCESS EXCLUSIVE on Sale for an instant, whatever its size

Validation: each count must be 0
  -- sale west is not a partition
  SELECT 1 - count(*) FROM pg_inherits WHERE inhrelid = '"sale west"'::regclass

Notes:
- The downgrade takes the rows of the other partitions back into the table, under its
  lock: it grows with what was written there since.
- Storage options and statistics targets stay with the old table: new partitions have
  the defaults.
- Models: postgresql_partition_by='LIST (the region)' in __table_args__ of Sale.

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
    'change': 'partition_table',
    'phase': 'switch',
    'validate': ['SELECT 1 - count(*) FROM pg_inherits WHERE inhrelid = \'"sale west"\'::regclass'],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        '\'\'"Sale"\'\'::regclass AND conname = \'\'ck_Sale_bounds\'\' AND convalidated) '
        "THEN RAISE EXCEPTION USING MESSAGE = ''ck_Sale_bounds is not validated: "
        "the switch would read the whole table under its lock''; END IF; END'"
    )
    op.execute(
        'CREATE TABLE "Sale_new" (LIKE "Sale" INCLUDING DEFAULTS INCLUDING '
        "CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION "
        'INCLUDING COMMENTS) PARTITION BY LIST ("the region")'
    )
    op.execute('ALTER TABLE "Sale_new" DROP CONSTRAINT "ck_Sale_bounds"')
    op.execute(
        'ALTER TABLE "Sale_new" ADD CONSTRAINT uq_sale_new UNIQUE ("the region", '
        "id)"
    )
    op.execute('CREATE INDEX ix_sale_amount_new ON "Sale_new" USING btree (amount)')
    op.execute(
        'CREATE TABLE sale_asia PARTITION OF "Sale_new" FOR VALUES IN (\'jp\', \'in\')'
    )
    op.execute('ALTER TABLE "Sale" RENAME CONSTRAINT uq_sale TO "uq_sale_sale west"')
    op.execute('ALTER INDEX ix_sale_amount RENAME TO "ix_sale_amount_sale west"')
    op.execute('ALTER TABLE "Sale" RENAME TO "sale west"')
    op.execute('ALTER TABLE "Sale_new" RENAME TO "Sale"')
    op.execute('ALTER TABLE "Sale" RENAME CONSTRAINT uq_sale_new TO uq_sale')
    op.execute("ALTER INDEX ix_sale_amount_new RENAME TO ix_sale_amount")
    op.execute('ALTER SEQUENCE public."Sale_id_seq" OWNED BY "Sale".id')
    op.execute(
        'ALTER TABLE "Sale" ATTACH PARTITION "sale west" FOR VALUES IN (\'o\'\'eu\', '
        "'us')"
    )


def downgrade() -> None:
    op.execute('ALTER TABLE "Sale" DETACH PARTITION "sale west"')
    op.execute(
        'DO \'BEGIN IF EXISTS (SELECT FROM "Sale") THEN SET CONSTRAINTS ALL '
        'IMMEDIATE; ALTER TABLE "sale west" DROP CONSTRAINT IF EXISTS '
        '"ck_Sale_bounds"; INSERT INTO "sale west" (amount, id, "the region") '
        'OVERRIDING SYSTEM VALUE SELECT amount, id, "the region" FROM "Sale"; END '
        "IF; END'"
    )
    op.execute('ALTER SEQUENCE public."Sale_id_seq" OWNED BY "sale west".id')
    op.execute("ALTER INDEX ix_sale_amount RENAME TO ix_sale_amount_new")
    op.execute('ALTER TABLE "Sale" RENAME CONSTRAINT uq_sale TO uq_sale_new')
    op.execute('ALTER TABLE "Sale" RENAME TO "Sale_new"')
    op.execute('ALTER TABLE "sale west" RENAME TO "Sale"')
    op.execute('ALTER INDEX "ix_sale_amount_sale west" RENAME TO ix_sale_amount')
    op.execute('ALTER TABLE "Sale" RENAME CONSTRAINT "uq_sale_sale west" TO uq_sale')
    op.execute('DROP TABLE "Sale_new"')


# ----------------------------------------------------------------------------------------------------

"""drop ck_Sale_bounds of sale west

The bounds of the partition say the same.

Phase: contract
Locks: ACCESS EXCLUSIVE on sale west for an instant

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
    'change': 'partition_table',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute('ALTER TABLE "sale west" DROP CONSTRAINT "ck_Sale_bounds"')


def downgrade() -> None:
    op.execute('ALTER TABLE "sale west" DROP CONSTRAINT IF EXISTS "ck_Sale_bounds"')
    op.execute(
        'ALTER TABLE "sale west" ADD CONSTRAINT "ck_Sale_bounds" CHECK ("the '
        'region" IN (\'o\'\'eu\', \'us\')) NOT VALID'
    )
    with op.get_context().autocommit_block():
        op.execute('ALTER TABLE "sale west" VALIDATE CONSTRAINT "ck_Sale_bounds"')
