"""rename table orders to purchase

orders becomes a view of purchase: old and new code work side by side.

Phase: expand
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Until the contract these do not work on the view: COPY ... FROM, TRUNCATE, a new
  foreign key to it, CREATE INDEX, pg_get_serial_sequence(). Look for them in the
  application first.
- Grants on the table are copied to the view as they are when this runs; later ones have
  to be given on both.

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
    'change': 'rename_table',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TABLE orders RENAME TO purchase")
    op.execute(
        "CREATE VIEW orders WITH (security_invoker = true) AS SELECT id, "
        "customer_id, status, note, total FROM purchase"
    )
    op.execute(
        "DO 'DECLARE g record; BEGIN FOR g IN SELECT a.privilege_type AS what, "
        "'''' AS columns, a.grantee, a.is_grantable FROM pg_class c, "
        "aclexplode(c.relacl) a WHERE c.oid = ''purchase''::regclass AND a.grantee "
        "<> c.relowner UNION ALL SELECT a.privilege_type, format('' (%I)'', "
        "t.attname), a.grantee, a.is_grantable FROM pg_attribute t, "
        "aclexplode(t.attacl) a WHERE t.attrelid = ''purchase''::regclass AND NOT "
        "t.attisdropped LOOP EXECUTE format(''GRANT %s%s ON orders TO %s%s'', "
        "g.what, g.columns, CASE g.grantee WHEN 0 THEN ''PUBLIC'' ELSE "
        "quote_ident(pg_get_userbyid(g.grantee)) END, CASE WHEN g.is_grantable "
        "THEN '' WITH GRANT OPTION'' ELSE '''' END); END LOOP; EXECUTE "
        "format(''ALTER VIEW orders OWNER TO %s'', (SELECT relowner::regrole FROM "
        "pg_class WHERE oid = ''purchase''::regclass)); END'"
    )


def downgrade() -> None:
    op.execute("DROP VIEW orders")
    op.execute("ALTER TABLE purchase RENAME TO orders")


# ----------------------------------------------------------------------------------------------------

"""drop the view orders of purchase

Only the catalog changes.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

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
    'change': 'rename_table',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("DROP VIEW orders")


def downgrade() -> None:
    op.execute(
        "CREATE VIEW orders WITH (security_invoker = true) AS SELECT id, "
        "customer_id, status, note, total FROM purchase"
    )
    op.execute(
        "DO 'DECLARE g record; BEGIN FOR g IN SELECT a.privilege_type AS what, "
        "'''' AS columns, a.grantee, a.is_grantable FROM pg_class c, "
        "aclexplode(c.relacl) a WHERE c.oid = ''purchase''::regclass AND a.grantee "
        "<> c.relowner UNION ALL SELECT a.privilege_type, format('' (%I)'', "
        "t.attname), a.grantee, a.is_grantable FROM pg_attribute t, "
        "aclexplode(t.attacl) a WHERE t.attrelid = ''purchase''::regclass AND NOT "
        "t.attisdropped LOOP EXECUTE format(''GRANT %s%s ON orders TO %s%s'', "
        "g.what, g.columns, CASE g.grantee WHEN 0 THEN ''PUBLIC'' ELSE "
        "quote_ident(pg_get_userbyid(g.grantee)) END, CASE WHEN g.is_grantable "
        "THEN '' WITH GRANT OPTION'' ELSE '''' END); END LOOP; EXECUTE "
        "format(''ALTER VIEW orders OWNER TO %s'', (SELECT relowner::regrole FROM "
        "pg_class WHERE oid = ''purchase''::regclass)); END'"
    )
