"""add id_new to orders, kept equal to id

id as bigint, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Until the contract every value has to fit both integer and bigint.
- A large change: 58 statements in 14 revisions; have it reviewed in parts.

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
    op.add_column("orders", sa.Column("id_new", sa.BigInteger(), nullable=True))
    op.execute(
        "CREATE FUNCTION zz_orders_id_fill() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.id_new := NEW.id::bigint; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_id_fill BEFORE INSERT OR UPDATE ON orders FOR "
        "EACH ROW WHEN (NEW.id_new IS DISTINCT FROM (NEW.id::bigint)) EXECUTE "
        "FUNCTION zz_orders_id_fill()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_id_mirror CHECK (id_new IS "
        "NOT DISTINCT FROM (id::bigint) AND id_new IS NOT NULL AND id IS NOT NULL) "
        "NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_id_mirror")
    op.execute("DROP TRIGGER zz_orders_id_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_id_fill()")
    op.drop_column("orders", "id_new")


# ----------------------------------------------------------------------------------------------------

"""fill id_new of orders

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on orders; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which id_new is not what id says
  SELECT count(*) FROM orders WHERE id_new IS DISTINCT FROM (id::bigint)

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
    'table': 'orders',
    'set': {'id_new': 'id::bigint'},
    'where': 'id_new IS DISTINCT FROM (id::bigint)',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM orders WHERE id_new IS DISTINCT FROM (id::bigint)'],
}


def upgrade() -> None:
    fill = (
        "UPDATE orders SET id_new = id::bigint WHERE id_new IS DISTINCT FROM "
        "(id::bigint)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('orders') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""prove that id_new of orders is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which id_new is not what id says
  SELECT count(*) FROM orders WHERE id_new IS DISTINCT FROM (id::bigint)

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
    'validate': ['SELECT count(*) FROM orders WHERE id_new IS DISTINCT FROM (id::bigint)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_id_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_id_mirror")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_id_mirror CHECK (id_new IS "
        "NOT DISTINCT FROM (id::bigint) AND id_new IS NOT NULL AND id IS NOT NULL) "
        "NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""let id of orders be the bigint one

Only the catalog changes. id_old is kept up to date from now on, so that the way back
loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on orders, line for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in orders; an INSERT without a column list would notice.
- The downgrade validates line.fk_line_order, orders.fk_orders_parent under its lock.

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
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("pk_orders_new"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY pk_orders_new ON orders (id_new)")
    op.execute(
        "DO 'DECLARE before text := current_setting(''lock_timeout''); BEGIN FOR "
        "try IN 1..200 LOOP BEGIN PERFORM set_config(''lock_timeout'', ''50ms'', "
        "true); LOCK TABLE line, orders IN ACCESS EXCLUSIVE MODE; PERFORM "
        "set_config(''lock_timeout'', before, true); RETURN; EXCEPTION WHEN "
        "lock_not_available OR deadlock_detected THEN PERFORM pg_sleep(0.1 + "
        "random() * 0.1); END; END LOOP; RAISE EXCEPTION USING ERRCODE = "
        "''lock_not_available'', MESSAGE = ''line, orders: not locked within 200 "
        "tries; something holds them. Run it again.''; END'"
    )
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_id_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = ''ck_orders_id_mirror "
        "is not validated: the copy may be incomplete, nothing is switched or "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_id_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_id_fill()")
    op.execute("ALTER TABLE orders ALTER COLUMN id_new SET NOT NULL")
    op.execute(
        "DO 'DECLARE s text := pg_get_serial_sequence(''orders'', ''id''); q "
        "pg_sequence; v bigint; c boolean; BEGIN SELECT * INTO q FROM pg_sequence "
        "WHERE seqrelid = s::regclass; EXECUTE ''SELECT last_value, is_called FROM "
        "'' || s INTO v, c; ALTER TABLE orders ALTER COLUMN id DROP IDENTITY; "
        "EXECUTE ''ALTER TABLE orders ALTER COLUMN id_new ADD GENERATED BY DEFAULT "
        "AS IDENTITY'' || '' (SEQUENCE NAME '' || s || '' '' || format(''START "
        "WITH %s INCREMENT BY %s MINVALUE %s %s CACHE %s %s'', q.seqstart, "
        "q.seqincrement, q.seqmin, CASE WHEN q.seqmax IN (32767, 2147483647, "
        "9223372036854775807) THEN ''NO MAXVALUE'' ELSE ''MAXVALUE '' || q.seqmax "
        "END, q.seqcache, CASE WHEN q.seqcycle THEN ''CYCLE'' ELSE ''NO CYCLE'' "
        "END) || '')''; PERFORM setval(s::regclass, v, c); END'"
    )
    op.execute("ALTER TABLE line DROP CONSTRAINT fk_line_order")
    op.execute("ALTER TABLE orders DROP CONSTRAINT fk_orders_parent")
    op.execute("ALTER TABLE orders DROP CONSTRAINT pk_orders")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT pk_orders PRIMARY KEY USING INDEX "
        "pk_orders_new"
    )
    op.execute("ALTER TABLE orders RENAME COLUMN id TO id_old")
    op.execute("ALTER TABLE orders RENAME COLUMN id_new TO id")
    op.execute(
        "CREATE FUNCTION zz_orders_id_keep() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.id_old := NEW.id::integer; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_id_keep BEFORE INSERT OR UPDATE ON orders FOR "
        "EACH ROW WHEN (NEW.id IS DISTINCT FROM (NEW.id_old::bigint)) EXECUTE "
        "FUNCTION zz_orders_id_keep()"
    )
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT fk_line_order FOREIGN KEY (order_id) "
        "REFERENCES public.orders(id) ON DELETE CASCADE NOT VALID"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT fk_orders_parent FOREIGN KEY "
        "(parent_id) REFERENCES public.orders(id) ON DELETE SET NULL NOT VALID"
    )
    op.execute("COMMENT ON CONSTRAINT pk_orders ON orders IS NULL")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("pk_orders_old"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY pk_orders_old ON orders (id_old)")
    op.execute(
        "DO 'DECLARE before text := current_setting(''lock_timeout''); BEGIN FOR "
        "try IN 1..200 LOOP BEGIN PERFORM set_config(''lock_timeout'', ''50ms'', "
        "true); LOCK TABLE line, orders IN ACCESS EXCLUSIVE MODE; PERFORM "
        "set_config(''lock_timeout'', before, true); RETURN; EXCEPTION WHEN "
        "lock_not_available OR deadlock_detected THEN PERFORM pg_sleep(0.1 + "
        "random() * 0.1); END; END LOOP; RAISE EXCEPTION USING ERRCODE = "
        "''lock_not_available'', MESSAGE = ''line, orders: not locked within 200 "
        "tries; something holds them. Run it again.''; END'"
    )
    op.execute("ALTER TABLE orders DROP CONSTRAINT fk_orders_parent")
    op.execute("ALTER TABLE line DROP CONSTRAINT fk_line_order")
    op.execute("DROP TRIGGER zz_orders_id_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_id_keep()")
    op.execute("ALTER TABLE orders RENAME COLUMN id TO id_new")
    op.execute("ALTER TABLE orders RENAME COLUMN id_old TO id")
    op.execute("ALTER TABLE orders DROP CONSTRAINT pk_orders")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT pk_orders PRIMARY KEY USING INDEX "
        "pk_orders_old"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT fk_orders_parent FOREIGN KEY "
        "(parent_id) REFERENCES public.orders(id) ON DELETE SET NULL"
    )
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT fk_line_order FOREIGN KEY (order_id) "
        "REFERENCES public.orders(id) ON DELETE CASCADE"
    )
    op.execute(
        "DO 'DECLARE s text := pg_get_serial_sequence(''orders'', ''id_new''); q "
        "pg_sequence; v bigint; c boolean; BEGIN SELECT * INTO q FROM pg_sequence "
        "WHERE seqrelid = s::regclass; EXECUTE ''SELECT last_value, is_called FROM "
        "'' || s INTO v, c; ALTER TABLE orders ALTER COLUMN id_new DROP IDENTITY; "
        "EXECUTE ''ALTER TABLE orders ALTER COLUMN id ADD GENERATED BY DEFAULT AS "
        "IDENTITY'' || '' (SEQUENCE NAME '' || s || '' '' || format(''START WITH "
        "%s INCREMENT BY %s MINVALUE %s %s CACHE %s %s'', q.seqstart, "
        "q.seqincrement, q.seqmin, CASE WHEN q.seqmax IN (32767, 2147483647, "
        "9223372036854775807) THEN ''NO MAXVALUE'' ELSE ''MAXVALUE '' || q.seqmax "
        "END, q.seqcache, CASE WHEN q.seqcycle THEN ''CYCLE'' ELSE ''NO CYCLE'' "
        "END) || '')''; PERFORM setval(s::regclass, v, c); END'"
    )
    op.execute("ALTER TABLE orders ALTER COLUMN id_new DROP NOT NULL")
    op.execute(
        "CREATE FUNCTION zz_orders_id_fill() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.id_new := NEW.id::bigint; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_id_fill BEFORE INSERT OR UPDATE ON orders FOR "
        "EACH ROW WHEN (NEW.id_new IS DISTINCT FROM (NEW.id::bigint)) EXECUTE "
        "FUNCTION zz_orders_id_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""validate fk_line_order of line

It points at the new column; VALIDATE reads the rows that were there, nobody waits for
it.

Phase: switch
Locks: SHARE UPDATE EXCLUSIVE on line while it is read; readers and writers go on

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
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TABLE line VALIDATE CONSTRAINT fk_line_order")


def downgrade() -> None:
    op.execute("ALTER TABLE line DROP CONSTRAINT fk_line_order")
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT fk_line_order FOREIGN KEY (order_id) "
        "REFERENCES public.orders(id) ON DELETE CASCADE NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""validate fk_orders_parent of orders

It points at the new column; VALIDATE reads the rows that were there, nobody waits for
it.

Phase: switch
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

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
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT fk_orders_parent")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT fk_orders_parent")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT fk_orders_parent FOREIGN KEY "
        "(parent_id) REFERENCES public.orders(id) ON DELETE SET NULL NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""drop id_old of orders

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills id_old again in batches; it refuses values that integer cannot
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
        "''orders''::regclass AND conname = ''ck_orders_id_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = ''ck_orders_id_mirror "
        "is not validated: the copy may be incomplete, nothing is switched or "
        "dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_id_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_id_keep()")
    op.drop_column("orders", "id_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_orders_id_keep ON orders")
    op.execute("DROP FUNCTION IF EXISTS zz_orders_id_keep()")
    op.execute("ALTER TABLE orders DROP COLUMN IF EXISTS id_old")
    op.execute("ALTER TABLE orders ADD COLUMN id_old integer")
    op.execute(
        "CREATE FUNCTION zz_orders_id_keep() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.id_old := NEW.id::integer; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_id_keep BEFORE INSERT OR UPDATE ON orders FOR "
        "EACH ROW WHEN (NEW.id IS DISTINCT FROM (NEW.id_old::bigint)) EXECUTE "
        "FUNCTION zz_orders_id_keep()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_id_mirror CHECK (id IS NOT "
        "DISTINCT FROM (id_old::bigint) AND id IS NOT NULL AND id_old IS NOT NULL) "
        "NOT VALID"
    )
    fill = (
        "UPDATE orders SET id_old = id::integer WHERE id IS DISTINCT FROM "
        "(id_old::bigint)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('orders') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_id_mirror")
    op.execute("ALTER TABLE orders ALTER COLUMN id_old SET NOT NULL")


# ----------------------------------------------------------------------------------------------------

"""add order_id_new to line, kept equal to order_id

order_id as bigint, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on line for an instant

Notes:
- Until the contract every value has to fit both integer and bigint.

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
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.add_column("line", sa.Column("order_id_new", sa.BigInteger(), nullable=True))
    op.execute(
        "CREATE FUNCTION zz_line_order_id_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.order_id_new := NEW.order_id::bigint; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_line_order_id_fill BEFORE INSERT OR UPDATE ON line FOR "
        "EACH ROW WHEN (NEW.order_id_new IS DISTINCT FROM (NEW.order_id::bigint)) "
        "EXECUTE FUNCTION zz_line_order_id_fill()"
    )
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT ck_line_order_id_mirror CHECK "
        "(order_id_new IS NOT DISTINCT FROM (order_id::bigint) AND order_id_new IS "
        "NOT NULL AND order_id IS NOT NULL) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE line DROP CONSTRAINT ck_line_order_id_mirror")
    op.execute("DROP TRIGGER zz_line_order_id_fill ON line")
    op.execute("DROP FUNCTION zz_line_order_id_fill()")
    op.drop_column("line", "order_id_new")


# ----------------------------------------------------------------------------------------------------

"""fill order_id_new of line

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on line; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which order_id_new is not what order_id says
  SELECT count(*) FROM line WHERE order_id_new IS DISTINCT FROM (order_id::bigint)

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
    'phase': 'backfill',
    'table': 'line',
    'set': {'order_id_new': 'order_id::bigint'},
    'where': 'order_id_new IS DISTINCT FROM (order_id::bigint)',
    'key': ['order_id', 'number'],
    'validate': ['SELECT count(*) FROM line WHERE order_id_new IS DISTINCT FROM (order_id::bigint)'],
}


def upgrade() -> None:
    fill = (
        "UPDATE line SET order_id_new = order_id::bigint WHERE order_id_new IS "
        "DISTINCT FROM (order_id::bigint)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('line') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile


def downgrade() -> None:
    # Nothing to do: what was filled in goes with the column.
    pass


# ----------------------------------------------------------------------------------------------------

"""prove that order_id_new of line is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on line while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which order_id_new is not what order_id says
  SELECT count(*) FROM line WHERE order_id_new IS DISTINCT FROM (order_id::bigint)

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
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM line WHERE order_id_new IS DISTINCT FROM (order_id::bigint)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE line VALIDATE CONSTRAINT ck_line_order_id_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE line DROP CONSTRAINT ck_line_order_id_mirror")
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT ck_line_order_id_mirror CHECK "
        "(order_id_new IS NOT DISTINCT FROM (order_id::bigint) AND order_id_new IS "
        "NOT NULL AND order_id IS NOT NULL) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""build fk_line_order_new of line

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: ACCESS EXCLUSIVE on line for an instant

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
    'change': 'change_type',
    'phase': 'enforce',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT fk_line_order_new FOREIGN KEY "
        "(order_id_new) REFERENCES public.orders(id) ON DELETE CASCADE NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE line DROP CONSTRAINT fk_line_order_new")


# ----------------------------------------------------------------------------------------------------

"""validate fk_line_order_new of line

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on line while it is read; readers and writers go on

Revision ID: 00000000000c
Revises: 00000000000b
"""

import sqlalchemy as sa
from alembic import op

revision = "00000000000c"
down_revision = "00000000000b"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'change_type',
    'phase': 'enforce',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TABLE line VALIDATE CONSTRAINT fk_line_order_new")


def downgrade() -> None:
    op.execute("ALTER TABLE line DROP CONSTRAINT fk_line_order_new")
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT fk_line_order_new FOREIGN KEY "
        "(order_id_new) REFERENCES public.orders(id) ON DELETE CASCADE NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""let order_id of line be the bigint one

Only the catalog changes. order_id_old is kept up to date from now on, so that the way
back loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on line for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in line; an INSERT without a column list would notice.

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
    'change': 'change_type',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("line_pkey_new"),
            table_name="line",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY line_pkey_new ON line (order_id_new, "
            "number)"
        )
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''line''::regclass AND conname = ''ck_line_order_id_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_line_order_id_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_line_order_id_fill ON line")
    op.execute("DROP FUNCTION zz_line_order_id_fill()")
    op.execute("ALTER TABLE line ALTER COLUMN order_id_new SET NOT NULL")
    op.execute("ALTER TABLE line DROP CONSTRAINT line_pkey")
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT line_pkey PRIMARY KEY USING INDEX "
        "line_pkey_new"
    )
    op.execute("ALTER TABLE line RENAME COLUMN order_id TO order_id_old")
    op.execute("ALTER TABLE line RENAME COLUMN order_id_new TO order_id")
    op.execute(
        "CREATE FUNCTION zz_line_order_id_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.order_id_old := NEW.order_id::integer; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_line_order_id_keep BEFORE INSERT OR UPDATE ON line FOR "
        "EACH ROW WHEN (NEW.order_id IS DISTINCT FROM (NEW.order_id_old::bigint)) "
        "EXECUTE FUNCTION zz_line_order_id_keep()"
    )
    op.execute("ALTER TABLE line RENAME CONSTRAINT fk_line_order TO fk_line_order_old")
    op.execute("ALTER TABLE line RENAME CONSTRAINT fk_line_order_new TO fk_line_order")
    op.execute("COMMENT ON CONSTRAINT line_pkey ON line IS NULL")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("line_pkey_old"),
            table_name="line",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.execute(
            "CREATE UNIQUE INDEX CONCURRENTLY line_pkey_old ON line (order_id_old, "
            "number)"
        )
    op.execute("ALTER TABLE line RENAME CONSTRAINT fk_line_order TO fk_line_order_new")
    op.execute("ALTER TABLE line RENAME CONSTRAINT fk_line_order_old TO fk_line_order")
    op.execute("DROP TRIGGER zz_line_order_id_keep ON line")
    op.execute("DROP FUNCTION zz_line_order_id_keep()")
    op.execute("ALTER TABLE line RENAME COLUMN order_id TO order_id_new")
    op.execute("ALTER TABLE line RENAME COLUMN order_id_old TO order_id")
    op.execute("ALTER TABLE line DROP CONSTRAINT line_pkey")
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT line_pkey PRIMARY KEY USING INDEX "
        "line_pkey_old"
    )
    op.execute("ALTER TABLE line ALTER COLUMN order_id_new DROP NOT NULL")
    op.execute(
        "CREATE FUNCTION zz_line_order_id_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.order_id_new := NEW.order_id::bigint; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_line_order_id_fill BEFORE INSERT OR UPDATE ON line FOR "
        "EACH ROW WHEN (NEW.order_id_new IS DISTINCT FROM (NEW.order_id::bigint)) "
        "EXECUTE FUNCTION zz_line_order_id_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""drop order_id_old of line

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on line for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills order_id_old again in batches; it refuses values that integer
  cannot hold.

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
    'change': 'change_type',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''line''::regclass AND conname = ''ck_line_order_id_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_line_order_id_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_line_order_id_keep ON line")
    op.execute("DROP FUNCTION zz_line_order_id_keep()")
    op.drop_column("line", "order_id_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_line_order_id_keep ON line")
    op.execute("DROP FUNCTION IF EXISTS zz_line_order_id_keep()")
    op.execute("ALTER TABLE line DROP COLUMN IF EXISTS order_id_old")
    op.execute("ALTER TABLE line ADD COLUMN order_id_old integer")
    op.execute(
        "CREATE FUNCTION zz_line_order_id_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.order_id_old := NEW.order_id::integer; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_line_order_id_keep BEFORE INSERT OR UPDATE ON line FOR "
        "EACH ROW WHEN (NEW.order_id IS DISTINCT FROM (NEW.order_id_old::bigint)) "
        "EXECUTE FUNCTION zz_line_order_id_keep()"
    )
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT ck_line_order_id_mirror CHECK (order_id "
        "IS NOT DISTINCT FROM (order_id_old::bigint) AND order_id IS NOT NULL AND "
        "order_id_old IS NOT NULL) NOT VALID"
    )
    fill = (
        "UPDATE line SET order_id_old = order_id::integer WHERE order_id IS "
        "DISTINCT FROM (order_id_old::bigint)"
    )
    if op.get_context().as_sql:
        op.execute(fill)
    else:
        with op.get_context().autocommit_block():
            pages = op.get_bind().scalar(
                sa.text("SELECT pg_relation_size('line') / current_setting('block_size')::int"),
            )
            for page in range(0, pages, 100):
                op.execute(f"{fill} AND ctid >= '({page},0)' AND ctid < '({page + 100},0)'")
            op.execute(fill)  # rows that moved meanwhile
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE line VALIDATE CONSTRAINT ck_line_order_id_mirror")
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT fk_line_order_old FOREIGN KEY "
        "(order_id_old) REFERENCES public.orders(id) ON DELETE CASCADE NOT VALID"
    )
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE line VALIDATE CONSTRAINT fk_line_order_old")
    op.execute("ALTER TABLE line ALTER COLUMN order_id_old SET NOT NULL")
