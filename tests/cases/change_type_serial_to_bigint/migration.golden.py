"""add number_new to ticket, kept equal to number

number as bigint, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on ticket for an instant

Notes:
- Until the contract every value has to fit both integer and bigint.
- A large change: 41 statements in 10 revisions; have it reviewed in parts.

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
    op.add_column("ticket", sa.Column("number_new", sa.BigInteger(), nullable=True))
    op.execute(
        "CREATE FUNCTION zz_ticket_number_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.number_new := NEW.number::bigint; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_ticket_number_fill BEFORE INSERT OR UPDATE ON ticket "
        "FOR EACH ROW WHEN (NEW.number_new IS DISTINCT FROM (NEW.number::bigint)) "
        "EXECUTE FUNCTION zz_ticket_number_fill()"
    )
    op.execute(
        "ALTER TABLE ticket ADD CONSTRAINT ck_ticket_number_mirror CHECK "
        "(number_new IS NOT DISTINCT FROM (number::bigint) AND number_new IS NOT "
        "NULL AND number IS NOT NULL) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE ticket DROP CONSTRAINT ck_ticket_number_mirror")
    op.execute("DROP TRIGGER zz_ticket_number_fill ON ticket")
    op.execute("DROP FUNCTION zz_ticket_number_fill()")
    op.drop_column("ticket", "number_new")


# ----------------------------------------------------------------------------------------------------

"""add place_new to ticket, kept equal to place

place as bigint, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on ticket for an instant

Notes:
- Until the contract every value has to fit both integer and bigint.

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
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.add_column("ticket", sa.Column("place_new", sa.BigInteger(), nullable=True))
    op.execute(
        "CREATE FUNCTION zz_ticket_place_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.place_new := NEW.place::bigint; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_ticket_place_fill BEFORE INSERT OR UPDATE ON ticket FOR "
        "EACH ROW WHEN (NEW.place_new IS DISTINCT FROM (NEW.place::bigint)) "
        "EXECUTE FUNCTION zz_ticket_place_fill()"
    )
    op.execute(
        "ALTER TABLE ticket ADD CONSTRAINT ck_ticket_place_mirror CHECK (place_new "
        "IS NOT DISTINCT FROM (place::bigint) AND place_new IS NOT NULL AND place "
        "IS NOT NULL) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE ticket DROP CONSTRAINT ck_ticket_place_mirror")
    op.execute("DROP TRIGGER zz_ticket_place_fill ON ticket")
    op.execute("DROP FUNCTION zz_ticket_place_fill()")
    op.drop_column("ticket", "place_new")


# ----------------------------------------------------------------------------------------------------

"""fill number_new of ticket

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on ticket; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which number_new is not what number says
  SELECT count(*) FROM ticket WHERE number_new IS DISTINCT FROM (number::bigint)

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
    'phase': 'backfill',
    'table': 'ticket',
    'set': {'number_new': 'number::bigint'},
    'where': 'number_new IS DISTINCT FROM (number::bigint)',
    'key': [],
    'validate': ['SELECT count(*) FROM ticket WHERE number_new IS DISTINCT FROM (number::bigint)'],
}


def upgrade() -> None:
    fill = (
        "UPDATE ticket SET number_new = number::bigint WHERE number_new IS "
        "DISTINCT FROM (number::bigint)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('ticket') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""fill place_new of ticket

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on ticket; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which place_new is not what place says
  SELECT count(*) FROM ticket WHERE place_new IS DISTINCT FROM (place::bigint)

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
    'phase': 'backfill',
    'table': 'ticket',
    'set': {'place_new': 'place::bigint'},
    'where': 'place_new IS DISTINCT FROM (place::bigint)',
    'key': [],
    'validate': ['SELECT count(*) FROM ticket WHERE place_new IS DISTINCT FROM (place::bigint)'],
}


def upgrade() -> None:
    fill = (
        "UPDATE ticket SET place_new = place::bigint WHERE place_new IS DISTINCT "
        "FROM (place::bigint)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('ticket') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""prove that number_new of ticket is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on ticket while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which number_new is not what number says
  SELECT count(*) FROM ticket WHERE number_new IS DISTINCT FROM (number::bigint)

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
    'validate': ['SELECT count(*) FROM ticket WHERE number_new IS DISTINCT FROM (number::bigint)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE ticket VALIDATE CONSTRAINT ck_ticket_number_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE ticket DROP CONSTRAINT ck_ticket_number_mirror")
    op.execute(
        "ALTER TABLE ticket ADD CONSTRAINT ck_ticket_number_mirror CHECK "
        "(number_new IS NOT DISTINCT FROM (number::bigint) AND number_new IS NOT "
        "NULL AND number IS NOT NULL) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""prove that place_new of ticket is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on ticket while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which place_new is not what place says
  SELECT count(*) FROM ticket WHERE place_new IS DISTINCT FROM (place::bigint)

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
    'validate': ['SELECT count(*) FROM ticket WHERE place_new IS DISTINCT FROM (place::bigint)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE ticket VALIDATE CONSTRAINT ck_ticket_place_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE ticket DROP CONSTRAINT ck_ticket_place_mirror")
    op.execute(
        "ALTER TABLE ticket ADD CONSTRAINT ck_ticket_place_mirror CHECK (place_new "
        "IS NOT DISTINCT FROM (place::bigint) AND place_new IS NOT NULL AND place "
        "IS NOT NULL) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""let number of ticket be the bigint one

Only the catalog changes. number_old is kept up to date from now on, so that the way
back loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on ticket for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in ticket; an INSERT without a column list would notice.

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
        "''ticket''::regclass AND conname = ''ck_ticket_number_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_ticket_number_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_ticket_number_fill ON ticket")
    op.execute("DROP FUNCTION zz_ticket_number_fill()")
    op.execute("ALTER TABLE ticket ALTER COLUMN number_new SET NOT NULL")
    op.execute("ALTER SEQUENCE public.ticket_number_seq OWNED BY ticket.number_new")
    op.execute("ALTER SEQUENCE public.ticket_number_seq AS bigint")
    op.execute(
        "ALTER TABLE ticket ALTER COLUMN number_new SET DEFAULT "
        "nextval('public.ticket_number_seq'::regclass)"
    )
    op.execute("ALTER TABLE ticket ALTER COLUMN number DROP DEFAULT")
    op.execute("ALTER TABLE ticket RENAME COLUMN number TO number_old")
    op.execute("ALTER TABLE ticket RENAME COLUMN number_new TO number")
    op.execute(
        "CREATE FUNCTION zz_ticket_number_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.number_old := NEW.number::integer; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_ticket_number_keep BEFORE INSERT OR UPDATE ON ticket "
        "FOR EACH ROW WHEN (NEW.number IS DISTINCT FROM (NEW.number_old::bigint)) "
        "EXECUTE FUNCTION zz_ticket_number_keep()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER zz_ticket_number_keep ON ticket")
    op.execute("DROP FUNCTION zz_ticket_number_keep()")
    op.execute("ALTER TABLE ticket RENAME COLUMN number TO number_new")
    op.execute("ALTER TABLE ticket RENAME COLUMN number_old TO number")
    op.execute(
        "ALTER TABLE ticket ALTER COLUMN number SET DEFAULT "
        "nextval('public.ticket_number_seq'::regclass)"
    )
    op.execute("ALTER TABLE ticket ALTER COLUMN number_new DROP DEFAULT")
    op.execute("ALTER SEQUENCE public.ticket_number_seq AS integer")
    op.execute("ALTER SEQUENCE public.ticket_number_seq OWNED BY ticket.number")
    op.execute("ALTER TABLE ticket ALTER COLUMN number_new DROP NOT NULL")
    op.execute(
        "CREATE FUNCTION zz_ticket_number_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.number_new := NEW.number::bigint; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_ticket_number_fill BEFORE INSERT OR UPDATE ON ticket "
        "FOR EACH ROW WHEN (NEW.number_new IS DISTINCT FROM (NEW.number::bigint)) "
        "EXECUTE FUNCTION zz_ticket_number_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""let place of ticket be the bigint one

Only the catalog changes. place_old is kept up to date from now on, so that the way back
loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on ticket for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in ticket; an INSERT without a column list would notice.

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
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''ticket''::regclass AND conname = ''ck_ticket_place_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_ticket_place_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_ticket_place_fill ON ticket")
    op.execute("DROP FUNCTION zz_ticket_place_fill()")
    op.execute("ALTER TABLE ticket ALTER COLUMN place_new SET NOT NULL")
    op.execute(
        "DO 'DECLARE s text := pg_get_serial_sequence(''ticket'', ''place''); q "
        "pg_sequence; v bigint; c boolean; BEGIN SELECT * INTO q FROM pg_sequence "
        "WHERE seqrelid = s::regclass; EXECUTE ''SELECT last_value, is_called FROM "
        "'' || s INTO v, c; ALTER TABLE ticket ALTER COLUMN place DROP IDENTITY; "
        "EXECUTE ''ALTER TABLE ticket ALTER COLUMN place_new ADD GENERATED BY "
        "DEFAULT AS IDENTITY'' || '' (SEQUENCE NAME '' || s || '' '' || "
        "format(''START WITH %s INCREMENT BY %s MINVALUE %s %s CACHE %s %s'', "
        "q.seqstart, q.seqincrement, q.seqmin, CASE WHEN q.seqmax IN (32767, "
        "2147483647, 9223372036854775807) THEN ''NO MAXVALUE'' ELSE ''MAXVALUE '' "
        "|| q.seqmax END, q.seqcache, CASE WHEN q.seqcycle THEN ''CYCLE'' ELSE "
        "''NO CYCLE'' END) || '')''; PERFORM setval(s::regclass, v, c); END'"
    )
    op.execute("ALTER TABLE ticket RENAME COLUMN place TO place_old")
    op.execute("ALTER TABLE ticket RENAME COLUMN place_new TO place")
    op.execute(
        "CREATE FUNCTION zz_ticket_place_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.place_old := NEW.place::integer; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_ticket_place_keep BEFORE INSERT OR UPDATE ON ticket FOR "
        "EACH ROW WHEN (NEW.place IS DISTINCT FROM (NEW.place_old::bigint)) "
        "EXECUTE FUNCTION zz_ticket_place_keep()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER zz_ticket_place_keep ON ticket")
    op.execute("DROP FUNCTION zz_ticket_place_keep()")
    op.execute("ALTER TABLE ticket RENAME COLUMN place TO place_new")
    op.execute("ALTER TABLE ticket RENAME COLUMN place_old TO place")
    op.execute(
        "DO 'DECLARE s text := pg_get_serial_sequence(''ticket'', ''place_new''); "
        "q pg_sequence; v bigint; c boolean; BEGIN SELECT * INTO q FROM "
        "pg_sequence WHERE seqrelid = s::regclass; EXECUTE ''SELECT last_value, "
        "is_called FROM '' || s INTO v, c; ALTER TABLE ticket ALTER COLUMN "
        "place_new DROP IDENTITY; EXECUTE ''ALTER TABLE ticket ALTER COLUMN place "
        "ADD GENERATED BY DEFAULT AS IDENTITY'' || '' (SEQUENCE NAME '' || s || '' "
        "'' || format(''START WITH %s INCREMENT BY %s MINVALUE %s %s CACHE %s "
        "%s'', q.seqstart, q.seqincrement, q.seqmin, CASE WHEN q.seqmax IN (32767, "
        "2147483647, 9223372036854775807) THEN ''NO MAXVALUE'' ELSE ''MAXVALUE '' "
        "|| q.seqmax END, q.seqcache, CASE WHEN q.seqcycle THEN ''CYCLE'' ELSE "
        "''NO CYCLE'' END) || '')''; PERFORM setval(s::regclass, v, c); END'"
    )
    op.execute("ALTER TABLE ticket ALTER COLUMN place_new DROP NOT NULL")
    op.execute(
        "CREATE FUNCTION zz_ticket_place_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.place_new := NEW.place::bigint; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_ticket_place_fill BEFORE INSERT OR UPDATE ON ticket FOR "
        "EACH ROW WHEN (NEW.place_new IS DISTINCT FROM (NEW.place::bigint)) "
        "EXECUTE FUNCTION zz_ticket_place_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""drop number_old of ticket

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on ticket for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills number_old again in batches; it refuses values that integer cannot
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
        "''ticket''::regclass AND conname = ''ck_ticket_number_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_ticket_number_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_ticket_number_keep ON ticket")
    op.execute("DROP FUNCTION zz_ticket_number_keep()")
    op.drop_column("ticket", "number_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_ticket_number_keep ON ticket")
    op.execute("DROP FUNCTION IF EXISTS zz_ticket_number_keep()")
    op.execute("ALTER TABLE ticket DROP COLUMN IF EXISTS number_old")
    op.execute("ALTER TABLE ticket ADD COLUMN number_old integer")
    op.execute(
        "CREATE FUNCTION zz_ticket_number_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.number_old := NEW.number::integer; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_ticket_number_keep BEFORE INSERT OR UPDATE ON ticket "
        "FOR EACH ROW WHEN (NEW.number IS DISTINCT FROM (NEW.number_old::bigint)) "
        "EXECUTE FUNCTION zz_ticket_number_keep()"
    )
    op.execute(
        "ALTER TABLE ticket ADD CONSTRAINT ck_ticket_number_mirror CHECK (number "
        "IS NOT DISTINCT FROM (number_old::bigint) AND number IS NOT NULL AND "
        "number_old IS NOT NULL) NOT VALID"
    )
    fill = (
        "UPDATE ticket SET number_old = number::integer WHERE number IS DISTINCT "
        "FROM (number_old::bigint)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('ticket') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE ticket VALIDATE CONSTRAINT ck_ticket_number_mirror")
    op.execute("ALTER TABLE ticket ALTER COLUMN number_old SET NOT NULL")


# ----------------------------------------------------------------------------------------------------

"""drop place_old of ticket

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on ticket for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills place_old again in batches; it refuses values that integer cannot
  hold.

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
    'change': 'change_type',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''ticket''::regclass AND conname = ''ck_ticket_place_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_ticket_place_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_ticket_place_keep ON ticket")
    op.execute("DROP FUNCTION zz_ticket_place_keep()")
    op.drop_column("ticket", "place_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_ticket_place_keep ON ticket")
    op.execute("DROP FUNCTION IF EXISTS zz_ticket_place_keep()")
    op.execute("ALTER TABLE ticket DROP COLUMN IF EXISTS place_old")
    op.execute("ALTER TABLE ticket ADD COLUMN place_old integer")
    op.execute(
        "CREATE FUNCTION zz_ticket_place_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.place_old := NEW.place::integer; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_ticket_place_keep BEFORE INSERT OR UPDATE ON ticket FOR "
        "EACH ROW WHEN (NEW.place IS DISTINCT FROM (NEW.place_old::bigint)) "
        "EXECUTE FUNCTION zz_ticket_place_keep()"
    )
    op.execute(
        "ALTER TABLE ticket ADD CONSTRAINT ck_ticket_place_mirror CHECK (place IS "
        "NOT DISTINCT FROM (place_old::bigint) AND place IS NOT NULL AND place_old "
        "IS NOT NULL) NOT VALID"
    )
    fill = (
        "UPDATE ticket SET place_old = place::integer WHERE place IS DISTINCT FROM "
        "(place_old::bigint)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('ticket') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE ticket VALIDATE CONSTRAINT ck_ticket_place_mirror")
    op.execute("ALTER TABLE ticket ALTER COLUMN place_old SET NOT NULL")
