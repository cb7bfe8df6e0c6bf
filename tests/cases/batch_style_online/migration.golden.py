"""let person.name be called called as well

A view with both names takes the place of person: old and new code work side by side.

Phase: expand
Locks: ACCESS EXCLUSIVE on person for an instant

Notes:
- Until the contract these do not work on the view: COPY ... FROM, TRUNCATE, a new
  foreign key to it, CREATE INDEX, pg_get_serial_sequence(). Look for them in the
  application first.
- Grants on the table are copied to the view as they are when this runs; later ones have
  to be given on both.
- A large change: 51 statements in 14 revisions; have it reviewed in parts.

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
    'change': 'rename_column',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE person RENAME TO person_base")
        op.execute(
            "CREATE VIEW person WITH (security_invoker = true) AS SELECT id, name, "
            "note, name AS called FROM person_base"
        )
        op.execute(
            "DO 'DECLARE g record; BEGIN FOR g IN SELECT a.privilege_type AS what, "
            "'''' AS columns, a.grantee, a.is_grantable FROM pg_class c, "
            "aclexplode(c.relacl) a WHERE c.oid = ''person_base''::regclass AND "
            "a.grantee <> c.relowner UNION ALL SELECT a.privilege_type, format('' "
            "(%I)'', t.attname), a.grantee, a.is_grantable FROM pg_attribute t, "
            "aclexplode(t.attacl) a WHERE t.attrelid = ''person_base''::regclass AND "
            "NOT t.attisdropped LOOP EXECUTE format(''GRANT %s%s ON person TO %s%s'', "
            "g.what, g.columns, CASE g.grantee WHEN 0 THEN ''PUBLIC'' ELSE "
            "quote_ident(pg_get_userbyid(g.grantee)) END, CASE WHEN g.is_grantable "
            "THEN '' WITH GRANT OPTION'' ELSE '''' END); END LOOP; EXECUTE "
            "format(''ALTER VIEW person OWNER TO %s'', (SELECT relowner::regrole FROM "
            "pg_class WHERE oid = ''person_base''::regclass)); END'"
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP VIEW person")
        op.execute("ALTER TABLE person_base RENAME TO person")


# ----------------------------------------------------------------------------------------------------

"""rename person.name to called

Only the catalog changes; indexes and constraints keep their names.

Phase: contract
Locks: ACCESS EXCLUSIVE on person for an instant

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'rename_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP VIEW person")
        op.execute("ALTER TABLE person_base RENAME TO person")
    with op.batch_alter_table("person") as batch_op:
        batch_op.alter_column("name", new_column_name="called")


def downgrade() -> None:
    with op.batch_alter_table("person") as batch_op:
        batch_op.alter_column("called", new_column_name="name")
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE person RENAME TO person_base")
        op.execute(
            "CREATE VIEW person WITH (security_invoker = true) AS SELECT id, name, "
            "note, name AS called FROM person_base"
        )
        op.execute(
            "DO 'DECLARE g record; BEGIN FOR g IN SELECT a.privilege_type AS what, "
            "'''' AS columns, a.grantee, a.is_grantable FROM pg_class c, "
            "aclexplode(c.relacl) a WHERE c.oid = ''person_base''::regclass AND "
            "a.grantee <> c.relowner UNION ALL SELECT a.privilege_type, format('' "
            "(%I)'', t.attname), a.grantee, a.is_grantable FROM pg_attribute t, "
            "aclexplode(t.attacl) a WHERE t.attrelid = ''person_base''::regclass AND "
            "NOT t.attisdropped LOOP EXECUTE format(''GRANT %s%s ON person TO %s%s'', "
            "g.what, g.columns, CASE g.grantee WHEN 0 THEN ''PUBLIC'' ELSE "
            "quote_ident(pg_get_userbyid(g.grantee)) END, CASE WHEN g.is_grantable "
            "THEN '' WITH GRANT OPTION'' ELSE '''' END); END LOOP; EXECUTE "
            "format(''ALTER VIEW person OWNER TO %s'', (SELECT relowner::regrole FROM "
            "pg_class WHERE oid = ''person_base''::regclass)); END'"
        )


# ----------------------------------------------------------------------------------------------------

"""add customer_id_new to orders, kept equal to customer_id

customer_id as bigint, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Until the contract every value has to fit both integer and bigint.

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
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        with op.batch_alter_table("orders") as batch_op:
            batch_op.add_column(
                sa.Column("customer_id_new", sa.BigInteger(), nullable=True),
            )
        op.execute(
            "CREATE FUNCTION zz_orders_customer_id_fill() RETURNS trigger LANGUAGE "
            "plpgsql AS 'BEGIN NEW.customer_id_new := NEW.customer_id::bigint; RETURN "
            "NEW; END'"
        )
        op.execute(
            "CREATE TRIGGER zz_orders_customer_id_fill BEFORE INSERT OR UPDATE ON "
            "orders FOR EACH ROW WHEN (NEW.customer_id_new IS DISTINCT FROM "
            "(NEW.customer_id::bigint)) EXECUTE FUNCTION zz_orders_customer_id_fill()"
        )
        op.execute(
            "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_id_mirror CHECK "
            "(customer_id_new IS NOT DISTINCT FROM (customer_id::bigint) AND "
            "customer_id_new IS NOT NULL AND customer_id IS NOT NULL) NOT VALID"
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_customer_id_mirror")
        op.execute("DROP TRIGGER zz_orders_customer_id_fill ON orders")
        op.execute("DROP FUNCTION zz_orders_customer_id_fill()")
        with op.batch_alter_table("orders") as batch_op:
            batch_op.drop_column("customer_id_new")


# ----------------------------------------------------------------------------------------------------

"""make called unique in person

The index is built concurrently; the constraint then takes it over without a scan.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on person while the index is built; readers and writers go
       on; ACCESS EXCLUSIVE for the instant of ADD CONSTRAINT

Validation: each count must be 0
  -- groups of equal values
  SELECT count(*) FROM (SELECT FROM person WHERE called IS NOT NULL GROUP BY called HAVING count(*) > 1) AS duplicates

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
    'validate': ['SELECT count(*) FROM (SELECT FROM person WHERE called IS NOT NULL GROUP BY called HAVING count(*) > 1) AS duplicates'],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        if op.get_context().dialect.name == "postgresql":
            op.execute(
                "DO 'DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM (SELECT FROM "
                "person WHERE called IS NOT NULL GROUP BY called HAVING count(*) > 1) AS "
                "duplicates; IF n > 0 THEN RAISE EXCEPTION USING ERRCODE = "
                "''unique_violation'', MESSAGE = format(''person has %s groups of equal "
                "values in called'', n), HINT = ''Count them: SELECT count(*) FROM (SELECT "
                "FROM person WHERE called IS NOT NULL GROUP BY called HAVING count(*) > 1) "
                "AS duplicates''; END IF; END'"
            )
        op.drop_index(
            op.f("uq_person_called"),
            table_name="person",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("uq_person_called"),
            "person",
            ["called"],
            unique=True,
            postgresql_concurrently=True,
        )
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE person ADD CONSTRAINT uq_person_called UNIQUE USING INDEX "
            "uq_person_called"
        )


def downgrade() -> None:
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_constraint(op.f("uq_person_called"), type_="unique")


# ----------------------------------------------------------------------------------------------------

"""fill customer_id_new of orders

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on orders; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which customer_id_new is not what customer_id says
  SELECT count(*) FROM orders WHERE customer_id_new IS DISTINCT FROM (customer_id::bigint)

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
    'phase': 'backfill',
    'table': 'orders',
    'set': {'customer_id_new': 'customer_id::bigint'},
    'where': 'customer_id_new IS DISTINCT FROM (customer_id::bigint)',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM orders WHERE customer_id_new IS DISTINCT FROM (customer_id::bigint)'],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        fill = (
            "UPDATE orders SET customer_id_new = customer_id::bigint WHERE "
            "customer_id_new IS DISTINCT FROM (customer_id::bigint)"
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

"""prove that customer_id_new of orders is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which customer_id_new is not what customer_id says
  SELECT count(*) FROM orders WHERE customer_id_new IS DISTINCT FROM (customer_id::bigint)

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
    'validate': ['SELECT count(*) FROM orders WHERE customer_id_new IS DISTINCT FROM (customer_id::bigint)'],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_customer_id_mirror")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_customer_id_mirror")
        op.execute(
            "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_id_mirror CHECK "
            "(customer_id_new IS NOT DISTINCT FROM (customer_id::bigint) AND "
            "customer_id_new IS NOT NULL AND customer_id IS NOT NULL) NOT VALID"
        )


# ----------------------------------------------------------------------------------------------------

"""build ix_orders_customer_new of orders

The same rule over the new column; the two change names in the switch.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_customer_new') AND indisvalid

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
    'phase': 'enforce',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_customer_new') AND indisvalid"],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            op.drop_index(
                op.f("ix_orders_customer_new"),
                table_name="orders",
                if_exists=True,
                postgresql_concurrently=True,
            )
        with op.get_context().autocommit_block():
            op.create_index(
                op.f("ix_orders_customer_new"),
                "orders",
                ["customer_id_new"],
                unique=False,
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            op.drop_index(
                op.f("ix_orders_customer_new"),
                table_name="orders",
                postgresql_concurrently=True,
            )


# ----------------------------------------------------------------------------------------------------

"""let customer_id of orders be the bigint one

Only the catalog changes. customer_id_old is kept up to date from now on, so that the
way back loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in orders; an INSERT without a column list would notice.

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
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
            "''orders''::regclass AND conname = ''ck_orders_customer_id_mirror'' AND "
            "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
            "''ck_orders_customer_id_mirror is not validated: the copy may be "
            "incomplete, nothing is switched or dropped''; END IF; END'"
        )
        op.execute("DROP TRIGGER zz_orders_customer_id_fill ON orders")
        op.execute("DROP FUNCTION zz_orders_customer_id_fill()")
        op.execute("ALTER TABLE orders ALTER COLUMN customer_id_new SET NOT NULL")
        op.execute("ALTER TABLE orders ALTER COLUMN customer_id_new SET DEFAULT 7")
        op.execute("ALTER TABLE orders ALTER COLUMN customer_id DROP DEFAULT")
        op.execute("ALTER TABLE orders RENAME COLUMN customer_id TO customer_id_old")
        op.execute("ALTER TABLE orders RENAME COLUMN customer_id_new TO customer_id")
        op.execute(
            "CREATE FUNCTION zz_orders_customer_id_keep() RETURNS trigger LANGUAGE "
            "plpgsql AS 'BEGIN NEW.customer_id_old := NEW.customer_id::integer; RETURN "
            "NEW; END'"
        )
        op.execute(
            "CREATE TRIGGER zz_orders_customer_id_keep BEFORE INSERT OR UPDATE ON "
            "orders FOR EACH ROW WHEN (NEW.customer_id IS DISTINCT FROM "
            "(NEW.customer_id_old::bigint)) EXECUTE FUNCTION "
            "zz_orders_customer_id_keep()"
        )
        op.execute("ALTER INDEX ix_orders_customer RENAME TO ix_orders_customer_old")
        op.execute("ALTER INDEX ix_orders_customer_new RENAME TO ix_orders_customer")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_orders_customer RENAME TO ix_orders_customer_new")
        op.execute("ALTER INDEX ix_orders_customer_old RENAME TO ix_orders_customer")
        op.execute("DROP TRIGGER zz_orders_customer_id_keep ON orders")
        op.execute("DROP FUNCTION zz_orders_customer_id_keep()")
        op.execute("ALTER TABLE orders RENAME COLUMN customer_id TO customer_id_new")
        op.execute("ALTER TABLE orders RENAME COLUMN customer_id_old TO customer_id")
        op.execute("ALTER TABLE orders ALTER COLUMN customer_id SET DEFAULT 7")
        op.execute("ALTER TABLE orders ALTER COLUMN customer_id_new DROP DEFAULT")
        op.execute("ALTER TABLE orders ALTER COLUMN customer_id_new DROP NOT NULL")
        op.execute(
            "CREATE FUNCTION zz_orders_customer_id_fill() RETURNS trigger LANGUAGE "
            "plpgsql AS 'BEGIN NEW.customer_id_new := NEW.customer_id::bigint; RETURN "
            "NEW; END'"
        )
        op.execute(
            "CREATE TRIGGER zz_orders_customer_id_fill BEFORE INSERT OR UPDATE ON "
            "orders FOR EACH ROW WHEN (NEW.customer_id_new IS DISTINCT FROM "
            "(NEW.customer_id::bigint)) EXECUTE FUNCTION zz_orders_customer_id_fill()"
        )


# ----------------------------------------------------------------------------------------------------

"""drop index ix_orders_customer_old of orders

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on orders; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_orders_customer_old') IS NOT NULL)::int

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
    'change': 'change_type',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('ix_orders_customer_old') IS NOT NULL)::int"],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            op.drop_index(
                op.f("ix_orders_customer_old"),
                table_name="orders",
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            op.create_index(
                op.f("ix_orders_customer_old"),
                "orders",
                ["customer_id_old"],
                unique=False,
                postgresql_concurrently=True,
            )


# ----------------------------------------------------------------------------------------------------

"""drop customer_id_old of orders

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills customer_id_old again in batches; it refuses values that integer
  cannot hold.

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
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
            "''orders''::regclass AND conname = ''ck_orders_customer_id_mirror'' AND "
            "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
            "''ck_orders_customer_id_mirror is not validated: the copy may be "
            "incomplete, nothing is switched or dropped''; END IF; END'"
        )
        op.execute("DROP TRIGGER zz_orders_customer_id_keep ON orders")
        op.execute("DROP FUNCTION zz_orders_customer_id_keep()")
        with op.batch_alter_table("orders") as batch_op:
            batch_op.drop_column("customer_id_old")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS zz_orders_customer_id_keep ON orders")
        op.execute("DROP FUNCTION IF EXISTS zz_orders_customer_id_keep()")
        op.execute("ALTER TABLE orders DROP COLUMN IF EXISTS customer_id_old")
        op.execute("ALTER TABLE orders ADD COLUMN customer_id_old integer")
        op.execute(
            "CREATE FUNCTION zz_orders_customer_id_keep() RETURNS trigger LANGUAGE "
            "plpgsql AS 'BEGIN NEW.customer_id_old := NEW.customer_id::integer; RETURN "
            "NEW; END'"
        )
        op.execute(
            "CREATE TRIGGER zz_orders_customer_id_keep BEFORE INSERT OR UPDATE ON "
            "orders FOR EACH ROW WHEN (NEW.customer_id IS DISTINCT FROM "
            "(NEW.customer_id_old::bigint)) EXECUTE FUNCTION "
            "zz_orders_customer_id_keep()"
        )
        op.execute(
            "ALTER TABLE orders ADD CONSTRAINT ck_orders_customer_id_mirror CHECK "
            "(customer_id IS NOT DISTINCT FROM (customer_id_old::bigint) AND "
            "customer_id IS NOT NULL AND customer_id_old IS NOT NULL) NOT VALID"
        )
        fill = (
            "UPDATE orders SET customer_id_old = customer_id::integer WHERE "
            "customer_id IS DISTINCT FROM (customer_id_old::bigint)"
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
            op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_customer_id_mirror")
        op.execute("ALTER TABLE orders ALTER COLUMN customer_id_old SET NOT NULL")


# ----------------------------------------------------------------------------------------------------

"""follow note of person into the attic

A table beside it takes every value written from now on, so that the drop can be undone.

Phase: contract
Locks: SHARE ROW EXCLUSIVE on person for an instant

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
        op.execute(
            "CREATE TABLE pgwright.attic_person_note AS SELECT id, note AS note FROM "
            "person WITH NO DATA"
        )
        op.execute("ALTER TABLE pgwright.attic_person_note ADD PRIMARY KEY (id)")
        op.execute(
            "CREATE FUNCTION pgwright.attic_person_note() RETURNS trigger LANGUAGE "
            "plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN "
            "IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id OR NEW.note "
            "IS DISTINCT FROM OLD.note) THEN RETURN NULL; END IF; IF TG_OP <> "
            "''INSERT'' THEN DELETE FROM pgwright.attic_person_note AS kept WHERE "
            "kept.id = OLD.id; END IF; IF TG_OP <> ''DELETE'' THEN INSERT INTO "
            "pgwright.attic_person_note (id, note) VALUES (NEW.id, NEW.note) ON "
            "CONFLICT (id) DO UPDATE SET note = EXCLUDED.note; END IF; RETURN NULL; "
            "END'"
        )
        op.execute(
            "CREATE TRIGGER attic_person_note AFTER INSERT OR UPDATE OR DELETE ON "
            "person FOR EACH ROW EXECUTE FUNCTION pgwright.attic_person_note()"
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP TRIGGER attic_person_note ON person")
        op.execute("DROP FUNCTION pgwright.attic_person_note()")
        op.execute("DROP TABLE pgwright.attic_person_note")


# ----------------------------------------------------------------------------------------------------

"""copy note of person into the attic

In batches, each its own transaction; it can be repeated. That nothing is missing is
checked and noted.

Phase: contract
Locks: ROW SHARE on person; no writer waits, but for a delete of a row of the batch

Validation: each count must be 0
  -- rows without a copy
  SELECT count(*) FROM person AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_person_note AS kept WHERE kept.id = here.id AND NOT (kept.note IS DISTINCT FROM here.note))

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': ['SELECT count(*) FROM person AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_person_note AS kept WHERE kept.id = here.id AND NOT (kept.note IS DISTINCT FROM here.note))'],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        copy = (
            "INSERT INTO pgwright.attic_person_note (id, note) SELECT id, note FROM "
            "person AS here WHERE NOT EXISTS (SELECT FROM pgwright.attic_person_note "
            "AS kept WHERE kept.id = here.id)"
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
            "FROM pgwright.attic_person_note AS kept WHERE kept.id = here.id AND NOT "
            "(kept.note IS DISTINCT FROM here.note))) THEN RAISE EXCEPTION USING "
            "MESSAGE = ''pgwright.attic_person_note is not complete: run this revision "
            "again''; END IF; COMMENT ON TABLE pgwright.attic_person_note IS "
            "''complete''; END'"
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("COMMENT ON TABLE pgwright.attic_person_note IS NULL")


# ----------------------------------------------------------------------------------------------------

"""drop note from person

The column leaves the catalog; its bytes stay in old rows until those are rewritten.

Phase: contract
Locks: ACCESS EXCLUSIVE on person for an instant

Notes:
- Only after no release that uses it is running any more.
- The values stay in pgwright.attic_person_note; the downgrade brings them back. Drop it
  once nobody will go back.

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "DO 'BEGIN IF obj_description(to_regclass(''pgwright.attic_person_note''), "
            "''pg_class'') IS DISTINCT FROM ''complete'' THEN RAISE EXCEPTION USING "
            "MESSAGE = ''pgwright.attic_person_note is not complete: nothing is "
            "dropped''; END IF; END'"
        )
        op.execute("DROP TRIGGER attic_person_note ON person")
        op.execute("DROP FUNCTION pgwright.attic_person_note()")
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_column("note")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS attic_person_note ON person")
        op.execute("DROP FUNCTION IF EXISTS pgwright.attic_person_note()")
        op.execute("ALTER TABLE person DROP COLUMN IF EXISTS note")
    with op.batch_alter_table("person") as batch_op:
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=True))
    if op.get_context().dialect.name == "postgresql":
        fill = (
            "UPDATE person SET note = (SELECT kept.note FROM "
            "pgwright.attic_person_note AS kept WHERE kept.id = person.id) WHERE "
            "EXISTS (SELECT FROM pgwright.attic_person_note AS kept WHERE kept.id = "
            "person.id AND kept.note IS DISTINCT FROM person.note)"
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
        op.execute(
            "CREATE FUNCTION pgwright.attic_person_note() RETURNS trigger LANGUAGE "
            "plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'BEGIN "
            "IF TG_OP = ''UPDATE'' AND NOT (NEW.id IS DISTINCT FROM OLD.id OR NEW.note "
            "IS DISTINCT FROM OLD.note) THEN RETURN NULL; END IF; IF TG_OP <> "
            "''INSERT'' THEN DELETE FROM pgwright.attic_person_note AS kept WHERE "
            "kept.id = OLD.id; END IF; IF TG_OP <> ''DELETE'' THEN INSERT INTO "
            "pgwright.attic_person_note (id, note) VALUES (NEW.id, NEW.note) ON "
            "CONFLICT (id) DO UPDATE SET note = EXCLUDED.note; END IF; RETURN NULL; "
            "END'"
        )
        op.execute(
            "CREATE TRIGGER attic_person_note AFTER INSERT OR UPDATE OR DELETE ON "
            "person FOR EACH ROW EXECUTE FUNCTION pgwright.attic_person_note()"
        )


# ----------------------------------------------------------------------------------------------------

"""drop table gone

The table leaves the application's sight with all its rows; they are kept in the attic.

Phase: contract
Locks: ACCESS EXCLUSIVE on gone for an instant

Validation: each count must be 0
  -- the table is still there
  SELECT (to_regclass('gone') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.
- The rows stay in pgwright.attic_gone; the downgrade brings them back. Drop it once
  nobody will go back.

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
    'change': 'drop_table',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('gone') IS NOT NULL)::int"],
}


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "DO 'DECLARE v text := (SELECT string_agg(DISTINCT "
            "r.ev_class::regclass::text, '', '') FROM pg_depend d JOIN pg_rewrite r ON "
            "r.oid = d.objid WHERE d.classid = ''pg_rewrite''::regclass AND d.refobjid "
            "= ''gone''::regclass AND r.ev_class <> d.refobjid); BEGIN IF v IS NOT "
            "NULL THEN RAISE EXCEPTION USING MESSAGE = ''still looked at by '' || v; "
            "END IF; END'"
        )
        with op.batch_alter_table("gone") as batch_op:
            batch_op.drop_constraint(op.f("gone_person_id_fkey"), type_="foreignkey")
        op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
        op.execute("ALTER TABLE gone SET SCHEMA pgwright")
        op.execute("ALTER TABLE pgwright.gone RENAME TO attic_gone")


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE pgwright.attic_gone RENAME TO gone")
        op.execute("ALTER TABLE pgwright.gone SET SCHEMA public")
        op.execute(
            "ALTER TABLE gone ADD CONSTRAINT gone_person_id_fkey FOREIGN KEY "
            "(person_id) REFERENCES public.person(id)"
        )
