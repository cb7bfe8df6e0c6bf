"""add draft to type state

Only the catalog changes. No release may write the label before every release can read
it.

Phase: expand

Validation: each count must be 0
  -- the label is missing
  SELECT 1 - count(*) FROM pg_enum WHERE enumtypid = 'state'::regtype AND enumlabel = 'draft'

Notes:
- The downgrade makes the type anew: it rewrites the tables that use it, and refuses
  while a row has the label.
- A large change: 38 statements in 18 revisions; have it reviewed in parts.

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
    'change': 'add_enum_value',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_enum WHERE enumtypid = 'state'::regtype AND enumlabel = 'draft'"],
}


def upgrade() -> None:
    op.execute("ALTER TYPE state ADD VALUE IF NOT EXISTS 'draft' BEFORE 'new'")


def downgrade() -> None:
    # How tables in the attic follow the type, should any be of it.
    op.execute(
        "DO 'BEGIN PERFORM set_config(''pgwright.again'', coalesce(( WITH used AS "
        "( SELECT a.attrelid AS rel, a.attnum AS n, format(''ALTER TABLE %s ALTER "
        "COLUMN %I'', a.attrelid::regclass, a.attname) AS alter, "
        "quote_ident(a.attname) AS name, CASE WHEN a.atttypid <> "
        "''state''::regtype THEN ''[]'' ELSE '''' END AS dims FROM pg_attribute a "
        "JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = "
        "a.atttypid WHERE c.relnamespace = to_regnamespace(''pgwright'') AND "
        "c.relkind IN (''r'', ''p'') AND a.attinhcount = 0 AND ''state''::regtype "
        "IN (t.oid, t.typelem)), rules AS ( SELECT DISTINCT o.oid, o.conname AS "
        "name, o.conrelid::regclass AS rel FROM used JOIN pg_constraint o ON "
        "o.conrelid = used.rel AND o.contype = ''c'' AND used.n = ANY (o.conkey)), "
        "indexes AS ( SELECT DISTINCT i.indexrelid AS oid FROM used JOIN pg_index "
        "i ON i.indrelid = used.rel AND (i.indpred IS NOT NULL OR i.indexprs IS "
        "NOT NULL) JOIN pg_depend d ON d.classid = ''pg_class''::regclass AND "
        "d.objid = i.indexrelid AND d.refobjid = used.rel AND d.refobjsubid = "
        "used.n), said (turn, command) AS ( SELECT 1, format(''ALTER TABLE %s DROP "
        "CONSTRAINT %I'', rel, name) FROM rules UNION ALL SELECT 1, format(''DROP "
        "INDEX %s'', oid::regclass) FROM indexes UNION ALL SELECT 1, alter || '' "
        "DROP DEFAULT'' FROM used JOIN pg_attrdef ON adrelid = rel AND adnum = n "
        "UNION ALL SELECT 2, format(''%s TYPE %s%s USING %s::text%s::%s%s'', "
        "alter, ''state'', dims, name, dims, ''state'', dims) FROM used UNION ALL "
        "SELECT 3, alter || '' SET DEFAULT '' || pg_get_expr(adbin, adrelid) FROM "
        "used JOIN pg_attrdef ON adrelid = rel AND adnum = n UNION ALL SELECT 3, "
        "format(''ALTER TABLE %s ADD CONSTRAINT %I %s'', rel, name, "
        "pg_get_constraintdef(oid)) FROM rules UNION ALL SELECT 3, "
        "pg_get_indexdef(oid) FROM indexes UNION ALL SELECT 4, format(''COMMENT ON "
        "CONSTRAINT %I ON %s IS %L'', name, rel, description) FROM rules JOIN "
        "pg_description ON objoid = oid AND classoid = ''pg_constraint''::regclass "
        "UNION ALL SELECT 4, format(''COMMENT ON INDEX %s IS %L'', oid::regclass, "
        "description) FROM indexes JOIN pg_description ON objoid = oid AND "
        "classoid = ''pg_class''::regclass AND objsubid = 0) SELECT "
        "string_agg(command, ''; '' ORDER BY turn) FROM said), ''''), true); END'"
    )
    op.execute("ALTER TYPE state RENAME TO state_old")
    op.execute("CREATE TYPE state AS ENUM ('new', 'paid', 'odd')")
    op.execute("ALTER TABLE orders ALTER COLUMN status DROP DEFAULT")
    op.execute(
        "ALTER TABLE orders ALTER COLUMN status TYPE state USING "
        "status::text::state"
    )
    op.execute("ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new'::public.state")
    # Those in the attic.
    op.execute(
        "DO 'BEGIN EXECUTE coalesce(current_setting(''pgwright.again'', true), "
        "''''); END'"
    )
    op.execute("DROP TYPE state_old")


# ----------------------------------------------------------------------------------------------------

"""add sent to type state

Only the catalog changes. No release may write the label before every release can read
it.

Phase: expand

Validation: each count must be 0
  -- the label is missing
  SELECT 1 - count(*) FROM pg_enum WHERE enumtypid = 'state'::regtype AND enumlabel = 'sent'

Notes:
- The downgrade makes the type anew: it rewrites the tables that use it, and refuses
  while a row has the label.

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
    'change': 'add_enum_value',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_enum WHERE enumtypid = 'state'::regtype AND enumlabel = 'sent'"],
}


def upgrade() -> None:
    op.execute("ALTER TYPE state ADD VALUE IF NOT EXISTS 'sent' AFTER 'paid'")


def downgrade() -> None:
    # How tables in the attic follow the type, should any be of it.
    op.execute(
        "DO 'BEGIN PERFORM set_config(''pgwright.again'', coalesce(( WITH used AS "
        "( SELECT a.attrelid AS rel, a.attnum AS n, format(''ALTER TABLE %s ALTER "
        "COLUMN %I'', a.attrelid::regclass, a.attname) AS alter, "
        "quote_ident(a.attname) AS name, CASE WHEN a.atttypid <> "
        "''state''::regtype THEN ''[]'' ELSE '''' END AS dims FROM pg_attribute a "
        "JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = "
        "a.atttypid WHERE c.relnamespace = to_regnamespace(''pgwright'') AND "
        "c.relkind IN (''r'', ''p'') AND a.attinhcount = 0 AND ''state''::regtype "
        "IN (t.oid, t.typelem)), rules AS ( SELECT DISTINCT o.oid, o.conname AS "
        "name, o.conrelid::regclass AS rel FROM used JOIN pg_constraint o ON "
        "o.conrelid = used.rel AND o.contype = ''c'' AND used.n = ANY (o.conkey)), "
        "indexes AS ( SELECT DISTINCT i.indexrelid AS oid FROM used JOIN pg_index "
        "i ON i.indrelid = used.rel AND (i.indpred IS NOT NULL OR i.indexprs IS "
        "NOT NULL) JOIN pg_depend d ON d.classid = ''pg_class''::regclass AND "
        "d.objid = i.indexrelid AND d.refobjid = used.rel AND d.refobjsubid = "
        "used.n), said (turn, command) AS ( SELECT 1, format(''ALTER TABLE %s DROP "
        "CONSTRAINT %I'', rel, name) FROM rules UNION ALL SELECT 1, format(''DROP "
        "INDEX %s'', oid::regclass) FROM indexes UNION ALL SELECT 1, alter || '' "
        "DROP DEFAULT'' FROM used JOIN pg_attrdef ON adrelid = rel AND adnum = n "
        "UNION ALL SELECT 2, format(''%s TYPE %s%s USING %s::text%s::%s%s'', "
        "alter, ''state'', dims, name, dims, ''state'', dims) FROM used UNION ALL "
        "SELECT 3, alter || '' SET DEFAULT '' || pg_get_expr(adbin, adrelid) FROM "
        "used JOIN pg_attrdef ON adrelid = rel AND adnum = n UNION ALL SELECT 3, "
        "format(''ALTER TABLE %s ADD CONSTRAINT %I %s'', rel, name, "
        "pg_get_constraintdef(oid)) FROM rules UNION ALL SELECT 3, "
        "pg_get_indexdef(oid) FROM indexes UNION ALL SELECT 4, format(''COMMENT ON "
        "CONSTRAINT %I ON %s IS %L'', name, rel, description) FROM rules JOIN "
        "pg_description ON objoid = oid AND classoid = ''pg_constraint''::regclass "
        "UNION ALL SELECT 4, format(''COMMENT ON INDEX %s IS %L'', oid::regclass, "
        "description) FROM indexes JOIN pg_description ON objoid = oid AND "
        "classoid = ''pg_class''::regclass AND objsubid = 0) SELECT "
        "string_agg(command, ''; '' ORDER BY turn) FROM said), ''''), true); END'"
    )
    op.execute("ALTER TYPE state RENAME TO state_old")
    op.execute("CREATE TYPE state AS ENUM ('draft', 'new', 'paid', 'odd')")
    op.execute("ALTER TABLE orders ALTER COLUMN status DROP DEFAULT")
    op.execute(
        "ALTER TABLE orders ALTER COLUMN status TYPE state USING "
        "status::text::state"
    )
    op.execute("ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new'::public.state")
    # Those in the attic.
    op.execute(
        "DO 'BEGIN EXECUTE coalesce(current_setting(''pgwright.again'', true), "
        "''''); END'"
    )
    op.execute("DROP TYPE state_old")


# ----------------------------------------------------------------------------------------------------

"""add back to type state

Only the catalog changes. No release may write the label before every release can read
it.

Phase: expand

Validation: each count must be 0
  -- the label is missing
  SELECT 1 - count(*) FROM pg_enum WHERE enumtypid = 'state'::regtype AND enumlabel = 'back'

Notes:
- The downgrade makes the type anew: it rewrites the tables that use it, and refuses
  while a row has the label.

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
    'change': 'add_enum_value',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_enum WHERE enumtypid = 'state'::regtype AND enumlabel = 'back'"],
}


def upgrade() -> None:
    op.execute("ALTER TYPE state ADD VALUE IF NOT EXISTS 'back' AFTER 'sent'")


def downgrade() -> None:
    # How tables in the attic follow the type, should any be of it.
    op.execute(
        "DO 'BEGIN PERFORM set_config(''pgwright.again'', coalesce(( WITH used AS "
        "( SELECT a.attrelid AS rel, a.attnum AS n, format(''ALTER TABLE %s ALTER "
        "COLUMN %I'', a.attrelid::regclass, a.attname) AS alter, "
        "quote_ident(a.attname) AS name, CASE WHEN a.atttypid <> "
        "''state''::regtype THEN ''[]'' ELSE '''' END AS dims FROM pg_attribute a "
        "JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = "
        "a.atttypid WHERE c.relnamespace = to_regnamespace(''pgwright'') AND "
        "c.relkind IN (''r'', ''p'') AND a.attinhcount = 0 AND ''state''::regtype "
        "IN (t.oid, t.typelem)), rules AS ( SELECT DISTINCT o.oid, o.conname AS "
        "name, o.conrelid::regclass AS rel FROM used JOIN pg_constraint o ON "
        "o.conrelid = used.rel AND o.contype = ''c'' AND used.n = ANY (o.conkey)), "
        "indexes AS ( SELECT DISTINCT i.indexrelid AS oid FROM used JOIN pg_index "
        "i ON i.indrelid = used.rel AND (i.indpred IS NOT NULL OR i.indexprs IS "
        "NOT NULL) JOIN pg_depend d ON d.classid = ''pg_class''::regclass AND "
        "d.objid = i.indexrelid AND d.refobjid = used.rel AND d.refobjsubid = "
        "used.n), said (turn, command) AS ( SELECT 1, format(''ALTER TABLE %s DROP "
        "CONSTRAINT %I'', rel, name) FROM rules UNION ALL SELECT 1, format(''DROP "
        "INDEX %s'', oid::regclass) FROM indexes UNION ALL SELECT 1, alter || '' "
        "DROP DEFAULT'' FROM used JOIN pg_attrdef ON adrelid = rel AND adnum = n "
        "UNION ALL SELECT 2, format(''%s TYPE %s%s USING %s::text%s::%s%s'', "
        "alter, ''state'', dims, name, dims, ''state'', dims) FROM used UNION ALL "
        "SELECT 3, alter || '' SET DEFAULT '' || pg_get_expr(adbin, adrelid) FROM "
        "used JOIN pg_attrdef ON adrelid = rel AND adnum = n UNION ALL SELECT 3, "
        "format(''ALTER TABLE %s ADD CONSTRAINT %I %s'', rel, name, "
        "pg_get_constraintdef(oid)) FROM rules UNION ALL SELECT 3, "
        "pg_get_indexdef(oid) FROM indexes UNION ALL SELECT 4, format(''COMMENT ON "
        "CONSTRAINT %I ON %s IS %L'', name, rel, description) FROM rules JOIN "
        "pg_description ON objoid = oid AND classoid = ''pg_constraint''::regclass "
        "UNION ALL SELECT 4, format(''COMMENT ON INDEX %s IS %L'', oid::regclass, "
        "description) FROM indexes JOIN pg_description ON objoid = oid AND "
        "classoid = ''pg_class''::regclass AND objsubid = 0) SELECT "
        "string_agg(command, ''; '' ORDER BY turn) FROM said), ''''), true); END'"
    )
    op.execute("ALTER TYPE state RENAME TO state_old")
    op.execute("CREATE TYPE state AS ENUM ('draft', 'new', 'paid', 'sent', 'odd')")
    op.execute("ALTER TABLE orders ALTER COLUMN status DROP DEFAULT")
    op.execute(
        "ALTER TABLE orders ALTER COLUMN status TYPE state USING "
        "status::text::state"
    )
    op.execute("ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new'::public.state")
    # Those in the attic.
    op.execute(
        "DO 'BEGIN EXECUTE coalesce(current_setting(''pgwright.again'', true), "
        "''''); END'"
    )
    op.execute("DROP TYPE state_old")


# ----------------------------------------------------------------------------------------------------

"""change the default of orders.status; change the default of orders.total

It is used for new rows only; rows that are there keep what they have.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

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
    'change': 'alter_default',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column("orders", "status", server_default=sa.text("'draft'::public.state"))
    op.alter_column("orders", "total", server_default=sa.text("1"))


def downgrade() -> None:
    op.alter_column("orders", "total", server_default=sa.text("0"))
    op.alter_column("orders", "status", server_default=sa.text("'new'::public.state"))


# ----------------------------------------------------------------------------------------------------

"""build ix_orders_note of orders anew

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on orders while it is built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_note_new') AND indisvalid

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
    'change': 'replace_index',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_orders_note_new') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_note_new"),
            table_name="orders",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_orders_note_new"),
            "orders",
            [sa.text("lower(note)")],
            unique=False,
            postgresql_where=sa.text("(total > 0)"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_note_new"),
            table_name="orders",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""check orders: ck_orders_total

NOT VALID: new and changed rows are checked from now on; the others by the next
revision.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

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
        op.f("ck_orders_total"),
        "orders",
        sa.text("(total >= 0)"),
        postgresql_not_valid=True,
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_orders_total"), "orders", type_="check")


# ----------------------------------------------------------------------------------------------------

"""let id of orders number its rows (by default)

Only the catalog changes; numbers go on where they were.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

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
    'change': 'set_identity',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'DECLARE s text := ''public.orders_id_seq''; q pg_sequence; v bigint; "
        "c boolean; BEGIN SELECT * INTO q FROM pg_sequence WHERE seqrelid = "
        "s::regclass; EXECUTE ''SELECT last_value, is_called FROM '' || s INTO v, "
        "c; ALTER TABLE orders ALTER COLUMN id DROP DEFAULT; DROP SEQUENCE "
        "public.orders_id_seq; EXECUTE ''ALTER TABLE orders ALTER COLUMN id ADD "
        "GENERATED BY DEFAULT AS IDENTITY'' || '' (SEQUENCE NAME '' || s || '' '' "
        "|| format(''START WITH %s INCREMENT BY %s MINVALUE %s %s CACHE %s %s'', "
        "q.seqstart, q.seqincrement, q.seqmin, CASE WHEN q.seqmax IN (32767, "
        "2147483647, 9223372036854775807) THEN ''NO MAXVALUE'' ELSE ''MAXVALUE '' "
        "|| q.seqmax END, q.seqcache, CASE WHEN q.seqcycle THEN ''CYCLE'' ELSE "
        "''NO CYCLE'' END) || '')''; PERFORM setval(s::regclass, v, c); END'"
    )


def downgrade() -> None:
    op.execute(
        "DO 'DECLARE s text := pg_get_serial_sequence(''orders'', ''id''); q "
        "pg_sequence; v bigint; c boolean; BEGIN SELECT * INTO q FROM pg_sequence "
        "WHERE seqrelid = s::regclass; EXECUTE ''SELECT last_value, is_called FROM "
        "'' || s INTO v, c; ALTER TABLE orders ALTER COLUMN id DROP IDENTITY; "
        "EXECUTE ''CREATE SEQUENCE public.orders_id_seq AS integer '' || "
        "format(''START WITH %s INCREMENT BY %s MINVALUE %s %s CACHE %s %s'', "
        "q.seqstart, q.seqincrement, q.seqmin, CASE WHEN q.seqmax IN (32767, "
        "2147483647, 9223372036854775807) THEN ''NO MAXVALUE'' ELSE ''MAXVALUE '' "
        "|| q.seqmax END, q.seqcache, CASE WHEN q.seqcycle THEN ''CYCLE'' ELSE "
        "''NO CYCLE'' END); ALTER SEQUENCE public.orders_id_seq OWNED BY "
        "orders.id; ALTER TABLE orders ALTER COLUMN id SET DEFAULT "
        "nextval(''public.orders_id_seq''::regclass); PERFORM setval(s::regclass, "
        "v, c); END'"
    )


# ----------------------------------------------------------------------------------------------------

"""comment on orders.note; comment on orders

Only the catalog changes.

Phase: expand

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
    'change': 'set_comment',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.alter_column("orders", "note", comment="for the packer")
    op.create_table_comment("orders", "what was bought")


def downgrade() -> None:
    op.drop_table_comment("orders")
    op.alter_column("orders", "note", comment=None)


# ----------------------------------------------------------------------------------------------------

"""create type state_new, state without odd

PostgreSQL removes no label: the columns move to a type that never had it.

Phase: expand

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
    'change': 'remove_enum_value',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute("CREATE TYPE state_new AS ENUM ('draft', 'new', 'paid', 'sent', 'back')")


def downgrade() -> None:
    op.execute("DROP TYPE state_new")


# ----------------------------------------------------------------------------------------------------

"""add status_new to orders, kept equal to status

status as state_new, beside the old one: whatever is written from now on is in both.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Until the contract every value has to fit both public.state and state_new.

Revision ID: 00000000000a
Revises: 000000000009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "00000000000a"
down_revision = "000000000009"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'remove_enum_value',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.add_column(
        "orders",
        sa.Column(
            "status_new",
            postgresql.ENUM("draft", "new", "paid", "sent", "back", name="state_new", create_type=False),
            nullable=True,
        ),
    )
    op.execute(
        "CREATE FUNCTION zz_orders_status_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.status_new := NEW.status::text::state_new; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_status_fill BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.status_new IS DISTINCT FROM "
        "(NEW.status::text::state_new)) EXECUTE FUNCTION zz_orders_status_fill()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_status_mirror CHECK "
        "(status_new IS NOT DISTINCT FROM (status::text::state_new) AND status_new "
        "IS NOT NULL AND status IS NOT NULL) NOT VALID"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_status_mirror")
    op.execute("DROP TRIGGER zz_orders_status_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_status_fill()")
    op.drop_column("orders", "status_new")


# ----------------------------------------------------------------------------------------------------

"""fill status_new of orders

In batches, each its own transaction; rows that are right already are not written, so it
can be repeated.

Phase: backfill
Locks: ROW EXCLUSIVE on orders; the rows of one batch at a time

Validation: each count must be 0
  -- rows in which status_new is not what status says
  SELECT count(*) FROM orders WHERE status_new IS DISTINCT FROM (status::text::state_new)

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
    'change': 'remove_enum_value',
    'phase': 'backfill',
    'table': 'orders',
    'set': {'status_new': 'status::text::state_new'},
    'where': 'status_new IS DISTINCT FROM (status::text::state_new)',
    'key': ['id'],
    'validate': ['SELECT count(*) FROM orders WHERE status_new IS DISTINCT FROM (status::text::state_new)'],
}


def upgrade() -> None:
    fill = (
        "UPDATE orders SET status_new = status::text::state_new WHERE status_new "
        "IS DISTINCT FROM (status::text::state_new)"
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

"""validate ck_orders_total of orders

Reads the rows that were there before; it fails, and changes nothing, when one breaks
the rule.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows that break the rule
  SELECT count(*) FROM orders WHERE NOT ((total >= 0))

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
    'change': 'add_check',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE NOT ((total >= 0))'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_total")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_orders_total"), "orders", type_="check")
    op.create_check_constraint(
        op.f("ck_orders_total"),
        "orders",
        sa.text("(total >= 0)"),
        postgresql_not_valid=True,
    )


# ----------------------------------------------------------------------------------------------------

"""prove that status_new of orders is complete

VALIDATE reads every row: the database's own proof that the fill missed none. It stays
true until the contract.

Phase: enforce
Locks: SHARE UPDATE EXCLUSIVE on orders while it is read; readers and writers go on

Validation: each count must be 0
  -- rows in which status_new is not what status says
  SELECT count(*) FROM orders WHERE status_new IS DISTINCT FROM (status::text::state_new)

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
    'change': 'remove_enum_value',
    'phase': 'enforce',
    'validate': ['SELECT count(*) FROM orders WHERE status_new IS DISTINCT FROM (status::text::state_new)'],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_status_mirror")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT ck_orders_status_mirror")
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_status_mirror CHECK "
        "(status_new IS NOT DISTINCT FROM (status::text::state_new) AND status_new "
        "IS NOT NULL AND status IS NOT NULL) NOT VALID"
    )


# ----------------------------------------------------------------------------------------------------

"""let the new ix_orders_note take the old one's name

Only the catalog changes; both are used until the old one goes.

Phase: switch
Locks: SHARE UPDATE EXCLUSIVE on both indexes for an instant

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
    'change': 'replace_index',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER INDEX ix_orders_note RENAME TO ix_orders_note_old")
    op.execute("ALTER INDEX ix_orders_note_new RENAME TO ix_orders_note")


def downgrade() -> None:
    op.execute("ALTER INDEX ix_orders_note RENAME TO ix_orders_note_new")
    op.execute("ALTER INDEX ix_orders_note_old RENAME TO ix_orders_note")


# ----------------------------------------------------------------------------------------------------

"""let status of orders be the state_new one

Only the catalog changes. status_old is kept up to date from now on, so that the way
back loses nothing.

Phase: switch
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Connections with a prepared SELECT of this column fail once with `cached plan must not
  change result type` (asyncpg, prepared statements of psycopg 3): let them reconnect.
- The column now stands last in orders; an INSERT without a column list would notice.

Revision ID: 00000000000f
Revises: 00000000000e
"""

import sqlalchemy as sa
from alembic import op

revision = "00000000000f"
down_revision = "00000000000e"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'remove_enum_value',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_status_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_orders_status_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_status_fill ON orders")
    op.execute("DROP FUNCTION zz_orders_status_fill()")
    op.execute("ALTER TABLE orders ALTER COLUMN status_new SET NOT NULL")
    op.execute(
        "ALTER TABLE orders ALTER COLUMN status_new SET DEFAULT 'draft'::state_new"
    )
    op.execute("ALTER TABLE orders ALTER COLUMN status DROP DEFAULT")
    op.execute("ALTER TABLE orders RENAME COLUMN status TO status_old")
    op.execute("ALTER TABLE orders RENAME COLUMN status_new TO status")
    op.execute(
        "CREATE FUNCTION zz_orders_status_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.status_old := NEW.status::text::public.state; RETURN NEW; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_status_keep BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.status IS DISTINCT FROM "
        "(NEW.status_old::text::state_new)) EXECUTE FUNCTION "
        "zz_orders_status_keep()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER zz_orders_status_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_status_keep()")
    op.execute("ALTER TABLE orders RENAME COLUMN status TO status_new")
    op.execute("ALTER TABLE orders RENAME COLUMN status_old TO status")
    op.execute(
        "ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'draft'::public.state"
    )
    op.execute("ALTER TABLE orders ALTER COLUMN status_new DROP DEFAULT")
    op.execute("ALTER TABLE orders ALTER COLUMN status_new DROP NOT NULL")
    op.execute(
        "CREATE FUNCTION zz_orders_status_fill() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.status_new := NEW.status::text::state_new; RETURN NEW; END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_status_fill BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.status_new IS DISTINCT FROM "
        "(NEW.status::text::state_new)) EXECUTE FUNCTION zz_orders_status_fill()"
    )


# ----------------------------------------------------------------------------------------------------

"""drop index ix_orders_note_old of orders

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on orders; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_orders_note_old') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.

Revision ID: 000000000010
Revises: 00000000000f
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000010"
down_revision = "00000000000f"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'replace_index',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('ix_orders_note_old') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_note_old"),
            table_name="orders",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_orders_note_old"),
            "orders",
            ["note"],
            unique=False,
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop status_old of orders

The old column leaves the catalog with its trigger and the mirror.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade fills status_old again in batches; it refuses values that public.state
  cannot hold.

Revision ID: 000000000011
Revises: 000000000010
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000011"
down_revision = "000000000010"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'remove_enum_value',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = "
        "''orders''::regclass AND conname = ''ck_orders_status_mirror'' AND "
        "convalidated) THEN RAISE EXCEPTION USING MESSAGE = "
        "''ck_orders_status_mirror is not validated: the copy may be incomplete, "
        "nothing is switched or dropped''; END IF; END'"
    )
    op.execute("DROP TRIGGER zz_orders_status_keep ON orders")
    op.execute("DROP FUNCTION zz_orders_status_keep()")
    op.drop_column("orders", "status_old")


def downgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS zz_orders_status_keep ON orders")
    op.execute("DROP FUNCTION IF EXISTS zz_orders_status_keep()")
    op.execute("ALTER TABLE orders DROP COLUMN IF EXISTS status_old")
    op.execute("ALTER TABLE orders ADD COLUMN status_old public.state")
    op.execute(
        "CREATE FUNCTION zz_orders_status_keep() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN NEW.status_old := NEW.status::text::public.state; RETURN NEW; "
        "END'"
    )
    op.execute(
        "CREATE TRIGGER zz_orders_status_keep BEFORE INSERT OR UPDATE ON orders "
        "FOR EACH ROW WHEN (NEW.status IS DISTINCT FROM "
        "(NEW.status_old::text::state_new)) EXECUTE FUNCTION "
        "zz_orders_status_keep()"
    )
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_orders_status_mirror CHECK (status "
        "IS NOT DISTINCT FROM (status_old::text::state_new) AND status IS NOT NULL "
        "AND status_old IS NOT NULL) NOT VALID"
    )
    fill = (
        "UPDATE orders SET status_old = status::text::public.state WHERE status IS "
        "DISTINCT FROM (status_old::text::state_new)"
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
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT ck_orders_status_mirror")
    op.execute("ALTER TABLE orders ALTER COLUMN status_old SET NOT NULL")


# ----------------------------------------------------------------------------------------------------

"""remove odd from type state

Nothing is of the old type any more; the catalog changes only.

Phase: contract

Notes:
- Only after no release that uses it is running any more.

Revision ID: 000000000012
Revises: 000000000011
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000012"
down_revision = "000000000011"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'remove_enum_value',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    # Into the attic, while only tables there are of it.
    op.execute(
        "DO 'BEGIN IF to_regtype(''pgwright.attic_type_state_odd'') IS NOT NULL "
        "THEN RAISE EXCEPTION USING MESSAGE = ''pgwright.attic_type_state_odd is "
        "kept from another change: drop it with what is of it, or keep this "
        "type''; END IF; IF (SELECT "
        "bool_and((pg_identify_object_as_address(classid, objid, "
        "objsubid)).object_names[1] = ''pgwright'') FROM pg_depend WHERE "
        "refclassid = ''pg_type''::regclass AND deptype = ''n'' AND refobjid IN "
        "(SELECT oid FROM pg_type WHERE ''state''::regtype IN (oid, typelem))) "
        "THEN ALTER TYPE state RENAME TO attic_type_state_odd; ALTER TYPE "
        "attic_type_state_odd SET SCHEMA pgwright; ELSE DROP TYPE state; END IF; "
        "END'"
    )
    op.execute("ALTER TYPE state_new RENAME TO state")


def downgrade() -> None:
    op.execute("ALTER TYPE state RENAME TO state_new")
    # Out of the attic, if it went there.
    op.execute(
        "DO 'BEGIN IF to_regtype(''pgwright.attic_type_state_odd'') IS NULL THEN "
        "CREATE TYPE state AS ENUM (''draft'', ''new'', ''paid'', ''sent'', "
        "''back'', ''odd''); ELSE ALTER TYPE pgwright.attic_type_state_odd SET "
        "SCHEMA public; ALTER TYPE attic_type_state_odd RENAME TO state; END IF; "
        "END'"
    )
