"""replace function fee

Only the catalog changes.

Phase: expand

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
    op.execute(
        "CREATE OR REPLACE FUNCTION fee(cents integer, share numeric DEFAULT 0.2) "
        "RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT round(cents * share, 2)'"
    )


def downgrade() -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION public.fee(cents integer, share numeric "
        "DEFAULT 0.1)\n RETURNS numeric\n LANGUAGE sql\n STABLE\nAS $function$SELECT "
        "cents * share$function$"
    )
    op.execute(
        "COMMENT ON FUNCTION fee(cents integer, share numeric) IS 'what we keep'"
    )
