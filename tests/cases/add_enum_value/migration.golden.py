"""add it's back to type state

Only the catalog changes. No release may write the label before every release can read
it.

Phase: expand

Validation: each count must be 0
  -- the label is missing
  SELECT 1 - count(*) FROM pg_enum WHERE enumtypid = 'state'::regtype AND enumlabel = 'it''s back'

Notes:
- The downgrade makes the type anew: it rewrites the tables that use it, and refuses
  while a row has the label.

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
    'validate': ["SELECT 1 - count(*) FROM pg_enum WHERE enumtypid = 'state'::regtype AND enumlabel = 'it''s back'"],
}


def upgrade() -> None:
    op.execute("ALTER TYPE state ADD VALUE IF NOT EXISTS 'it''s back' AFTER 'new'")


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
    op.execute("DROP INDEX ix_orders_status")
    op.execute("ALTER TABLE orders ALTER COLUMN status DROP DEFAULT")
    op.execute(
        "ALTER TABLE orders ALTER COLUMN status TYPE state USING "
        "status::text::state"
    )
    op.execute("ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'new'::public.state")
    op.execute("ALTER TABLE orders ALTER COLUMN was DROP DEFAULT")
    op.execute(
        "ALTER TABLE orders ALTER COLUMN was TYPE state[] USING "
        "was::text[]::state[]"
    )
    op.execute(
        "ALTER TABLE orders ALTER COLUMN was SET DEFAULT '{new}'::public.state[]"
    )
    op.create_index(
        op.f("ix_orders_status"),
        "orders",
        ["status"],
        unique=False,
        postgresql_where=sa.text("(status <> 'new'::public.state)"),
    )
    # Those in the attic.
    op.execute(
        "DO 'BEGIN EXECUTE coalesce(current_setting(''pgwright.again'', true), "
        "''''); END'"
    )
    op.execute("DROP TYPE state_old")
    op.execute("COMMENT ON TYPE state IS 'of an order'")
