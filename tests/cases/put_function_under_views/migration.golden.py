"""replace function fee

In one transaction, with the views that call it: fees, high_fees.

Phase: expand
Locks: ACCESS EXCLUSIVE on fees, high_fees for an instant

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
    'change': 'put_function',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute("DROP VIEW high_fees")
    op.execute("DROP VIEW fees")
    op.execute("DROP FUNCTION fee(cents integer)")
    op.execute(
        "CREATE FUNCTION fee(cents int) RETURNS bigint LANGUAGE sql STABLE AS "
        "'SELECT cents::bigint / 9'"
    )
    op.execute(
        "CREATE VIEW fees AS  SELECT id,\n    public.fee(cents) AS fee\n   FROM "
        "public.accounts"
    )
    op.execute("COMMENT ON VIEW fees IS 'per account'")
    op.execute(
        "CREATE VIEW high_fees AS  SELECT id\n   FROM public.fees\n  WHERE (fee > 5)"
    )


def downgrade() -> None:
    op.execute("DROP VIEW high_fees")
    op.execute("DROP VIEW fees")
    op.execute("DROP FUNCTION fee(integer)")
    op.execute(
        "CREATE OR REPLACE FUNCTION public.fee(cents integer)\n RETURNS integer\n "
        "LANGUAGE sql\n STABLE\nAS $function$SELECT cents / 10$function$"
    )
    op.execute("COMMENT ON FUNCTION fee(cents integer) IS 'what we keep'")
    op.execute(
        "CREATE VIEW fees AS  SELECT id,\n    public.fee(cents) AS fee\n   FROM "
        "public.accounts"
    )
    op.execute("COMMENT ON VIEW fees IS 'per account'")
    op.execute(
        "CREATE VIEW high_fees AS  SELECT id\n   FROM public.fees\n  WHERE (fee > 5)"
    )
