"""let event hold nothing outside of the bounds of event_until_2027

NOT VALID: new and changed rows are checked from now on, the others by the next
revision.

Phase: enforce
Locks: ACCESS EXCLUSIVE on event for an instant

Validation: each count must be 0
  -- rows outside of the bounds
  SELECT count(*) FROM event WHERE NOT (happened < '2027-01-01')

Notes:
- Until the switch a row outside of the bounds is refused (happened < '2027-01-01'):
  apply up to the switch in one run, and choose bounds well ahead of what is written.
- A large change: 28 statements in 4 revisions; have it reviewed in parts.

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
    'validate': ["SELECT count(*) FROM event WHERE NOT (happened < '2027-01-01')"],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE event ADD CONSTRAINT ck_event_bounds CHECK (happened < "
        "'2027-01-01') NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE event DROP CONSTRAINT IF EXISTS ck_event_bounds")


# ----------------------------------------------------------------------------------------------------

"""prove that every row of event is within the bounds of event_until_2027

VALIDATE reads every row; nobody waits for it. ATTACH will not have to read them again.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on event while it is read; readers and writers go on

Validation: each count must be 0
  -- rows outside of the bounds
  SELECT count(*) FROM event WHERE NOT (happened < '2027-01-01')

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
    'validate': ["SELECT count(*) FROM event WHERE NOT (happened < '2027-01-01')"],
}


def upgrade() -> None:
    op.execute("ALTER TABLE event VALIDATE CONSTRAINT ck_event_bounds")


def downgrade() -> None:
    op.execute(
        "DO 'BEGIN IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''event''::regclass AND conname = ''ck_event_bounds'') THEN ALTER TABLE "
        "event DROP CONSTRAINT ck_event_bounds; ALTER TABLE event ADD CONSTRAINT "
        "ck_event_bounds CHECK (happened < ''2027-01-01'') NOT VALID; END IF; END'"
    )


# ----------------------------------------------------------------------------------------------------

"""let event be partitioned by range of happened

Only the catalog changes: what was event is its partition event_until_2027 from now on.

Phase: switch
Locks: ACCESS EXCLUSIVE on event for an instant, whatever its size; ACCESS EXCLUSIVE on
       customer too: ATTACH changes the foreign key's triggers there

Validation: each count must be 0
  -- event_until_2027 is not a partition
  SELECT 1 - count(*) FROM pg_inherits WHERE inhrelid = 'event_until_2027'::regclass

Notes:
- The downgrade takes the rows of the other partitions back into the table, under its
  lock: it grows with what was written there since.
- Storage options and statistics targets stay with the old table: new partitions have
  the defaults.
- Models: postgresql_partition_by='RANGE (happened)' in __table_args__ of event.

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
    'validate': ["SELECT 1 - count(*) FROM pg_inherits WHERE inhrelid = 'event_until_2027'::regclass"],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''event''::regclass AND conname = ''ck_event_bounds'' AND convalidated) "
        "THEN RAISE EXCEPTION USING MESSAGE = ''ck_event_bounds is not validated: "
        "the switch would read the whole table under its lock''; END IF; END'"
    )
    op.execute(
        "CREATE TABLE event_new (LIKE event INCLUDING DEFAULTS INCLUDING "
        "CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION "
        "INCLUDING COMMENTS) PARTITION BY RANGE (happened)"
    )
    op.execute("ALTER TABLE event_new DROP CONSTRAINT ck_event_bounds")
    op.execute(
        "ALTER TABLE event_new ADD CONSTRAINT pk_event_new PRIMARY KEY (id, "
        "happened)"
    )
    op.execute(
        "CREATE INDEX ix_event_customer_id_new ON event_new USING btree "
        "(customer_id, happened DESC)"
    )
    op.execute(
        "CREATE INDEX ix_event_note_new ON event_new USING btree (lower(note)) "
        "WHERE (note IS NOT NULL)"
    )
    op.execute(
        "ALTER TABLE event_new ADD CONSTRAINT event_customer_id_fkey FOREIGN KEY "
        "(customer_id) REFERENCES public.customer(id) ON DELETE CASCADE"
    )
    op.execute("COMMENT ON TABLE event_new IS 'what happened'")
    op.execute(
        "CREATE TABLE event_2027 PARTITION OF event_new FOR VALUES FROM "
        "('2027-01-01') TO ('2028-01-01')"
    )
    op.execute("CREATE TABLE event_rest PARTITION OF event_new DEFAULT")
    op.execute("GRANT SELECT ON event_new TO pg_monitor")
    op.execute("DROP VIEW recent")
    op.execute("DROP TRIGGER event_noted ON event")
    op.execute(
        "ALTER TABLE event RENAME CONSTRAINT pk_event TO pk_event_event_until_2027"
    )
    op.execute(
        "ALTER INDEX ix_event_customer_id RENAME TO "
        "ix_event_customer_id_event_until_2027"
    )
    op.execute("ALTER INDEX ix_event_note RENAME TO ix_event_note_event_until_2027")
    op.execute("ALTER TABLE event RENAME TO event_until_2027")
    op.execute("ALTER TABLE event_new RENAME TO event")
    op.execute("ALTER TABLE event RENAME CONSTRAINT pk_event_new TO pk_event")
    op.execute("ALTER INDEX ix_event_customer_id_new RENAME TO ix_event_customer_id")
    op.execute("ALTER INDEX ix_event_note_new RENAME TO ix_event_note")
    op.execute(
        "DO 'DECLARE s text := pg_get_serial_sequence(''event_until_2027'', "
        "''id''); q pg_sequence; v bigint; c boolean; BEGIN SELECT * INTO q FROM "
        "pg_sequence WHERE seqrelid = s::regclass; EXECUTE ''SELECT last_value, "
        "is_called FROM '' || s INTO v, c; ALTER TABLE event_until_2027 ALTER "
        "COLUMN id DROP IDENTITY; EXECUTE ''ALTER TABLE event ALTER COLUMN id ADD "
        "GENERATED ALWAYS AS IDENTITY'' || '' (SEQUENCE NAME '' || s || '' '' || "
        "format(''START WITH %s INCREMENT BY %s MINVALUE %s %s CACHE %s %s'', "
        "q.seqstart, q.seqincrement, q.seqmin, CASE WHEN q.seqmax IN (32767, "
        "2147483647, 9223372036854775807) THEN ''NO MAXVALUE'' ELSE ''MAXVALUE '' "
        "|| q.seqmax END, q.seqcache, CASE WHEN q.seqcycle THEN ''CYCLE'' ELSE "
        "''NO CYCLE'' END) || '')''; PERFORM setval(s::regclass, v, c); END'"
    )
    op.execute(
        "ALTER TABLE event ATTACH PARTITION event_until_2027 FOR VALUES FROM "
        "(MINVALUE) TO ('2027-01-01')"
    )
    op.execute(
        "CREATE TRIGGER event_noted BEFORE INSERT ON public.event FOR EACH ROW "
        "EXECUTE FUNCTION public.noted()"
    )
    op.execute(
        "CREATE VIEW recent AS  SELECT id,\n    note\n   FROM public.event\n  WHERE "
        "(happened >= '2026-02-01'::date)"
    )


def downgrade() -> None:
    op.execute("DROP VIEW recent")
    op.execute("DROP TRIGGER event_noted ON event")
    op.execute("ALTER TABLE event DETACH PARTITION event_until_2027")
    op.execute(
        "DO 'BEGIN IF EXISTS (SELECT FROM event) THEN SET CONSTRAINTS ALL "
        "IMMEDIATE; ALTER TABLE event_until_2027 DROP CONSTRAINT IF EXISTS "
        "ck_event_bounds; INSERT INTO event_until_2027 (customer_id, happened, id, "
        "note) OVERRIDING SYSTEM VALUE SELECT customer_id, happened, id, note FROM "
        "event; END IF; END'"
    )
    op.execute(
        "DO 'DECLARE s text := pg_get_serial_sequence(''event'', ''id''); q "
        "pg_sequence; v bigint; c boolean; BEGIN SELECT * INTO q FROM pg_sequence "
        "WHERE seqrelid = s::regclass; EXECUTE ''SELECT last_value, is_called FROM "
        "'' || s INTO v, c; ALTER TABLE event ALTER COLUMN id DROP IDENTITY; "
        "EXECUTE ''ALTER TABLE event_until_2027 ALTER COLUMN id ADD GENERATED "
        "ALWAYS AS IDENTITY'' || '' (SEQUENCE NAME '' || s || '' '' || "
        "format(''START WITH %s INCREMENT BY %s MINVALUE %s %s CACHE %s %s'', "
        "q.seqstart, q.seqincrement, q.seqmin, CASE WHEN q.seqmax IN (32767, "
        "2147483647, 9223372036854775807) THEN ''NO MAXVALUE'' ELSE ''MAXVALUE '' "
        "|| q.seqmax END, q.seqcache, CASE WHEN q.seqcycle THEN ''CYCLE'' ELSE "
        "''NO CYCLE'' END) || '')''; PERFORM setval(s::regclass, v, c); END'"
    )
    op.execute("ALTER INDEX ix_event_note RENAME TO ix_event_note_new")
    op.execute("ALTER INDEX ix_event_customer_id RENAME TO ix_event_customer_id_new")
    op.execute("ALTER TABLE event RENAME CONSTRAINT pk_event TO pk_event_new")
    op.execute("ALTER TABLE event RENAME TO event_new")
    op.execute("ALTER TABLE event_until_2027 RENAME TO event")
    op.execute("ALTER INDEX ix_event_note_event_until_2027 RENAME TO ix_event_note")
    op.execute(
        "ALTER INDEX ix_event_customer_id_event_until_2027 RENAME TO "
        "ix_event_customer_id"
    )
    op.execute(
        "ALTER TABLE event RENAME CONSTRAINT pk_event_event_until_2027 TO pk_event"
    )
    op.execute(
        "CREATE TRIGGER event_noted BEFORE INSERT ON public.event FOR EACH ROW "
        "EXECUTE FUNCTION public.noted()"
    )
    op.execute(
        "CREATE VIEW recent AS  SELECT id,\n    note\n   FROM public.event\n  WHERE "
        "(happened >= '2026-02-01'::date)"
    )
    op.execute("DROP TABLE event_new")


# ----------------------------------------------------------------------------------------------------

"""drop ck_event_bounds of event_until_2027

The bounds of the partition say the same.

Phase: contract
Locks: ACCESS EXCLUSIVE on event_until_2027 for an instant

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
    op.execute("ALTER TABLE event_until_2027 DROP CONSTRAINT ck_event_bounds")


def downgrade() -> None:
    op.execute("ALTER TABLE event_until_2027 DROP CONSTRAINT IF EXISTS ck_event_bounds")
    op.execute(
        "ALTER TABLE event_until_2027 ADD CONSTRAINT ck_event_bounds CHECK "
        "(happened < '2027-01-01') NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE event_until_2027 VALIDATE CONSTRAINT ck_event_bounds")
