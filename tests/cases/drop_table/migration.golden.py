"""drop table line

The table leaves the application's sight with all its rows; they are kept in the attic.

Phase: contract
Locks: ACCESS EXCLUSIVE on line for an instant

Validation: each count must be 0
  -- the table is still there
  SELECT (to_regclass('line') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.
- The rows stay in pgwright.attic_line; the downgrade brings them back. Drop it once
  nobody will go back.

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
    'change': 'drop_table',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('line') IS NOT NULL)::int"],
}


def upgrade() -> None:
    op.execute(
        "DO 'DECLARE v text := (SELECT string_agg(DISTINCT "
        "r.ev_class::regclass::text, '', '') FROM pg_depend d JOIN pg_rewrite r ON "
        "r.oid = d.objid WHERE d.classid = ''pg_rewrite''::regclass AND d.refobjid "
        "= ''line''::regclass AND r.ev_class <> d.refobjid); BEGIN IF v IS NOT "
        "NULL THEN RAISE EXCEPTION USING MESSAGE = ''still looked at by '' || v; "
        "END IF; END'"
    )
    op.drop_constraint(op.f("line_order_id_fkey"), "line", type_="foreignkey")
    op.execute("CREATE SCHEMA IF NOT EXISTS pgwright")
    op.execute("ALTER TABLE line SET SCHEMA pgwright")
    op.execute("ALTER TABLE pgwright.line RENAME TO attic_line")


def downgrade() -> None:
    op.execute("ALTER TABLE pgwright.attic_line RENAME TO line")
    op.execute("ALTER TABLE pgwright.line SET SCHEMA public")
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT line_order_id_fkey FOREIGN KEY (order_id) "
        "REFERENCES public.orders(id) ON DELETE CASCADE"
    )
