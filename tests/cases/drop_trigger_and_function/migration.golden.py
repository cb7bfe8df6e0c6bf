"""drop trigger note_change of accounts

Only the catalog changes; the function stays.

Phase: contract
Locks: ACCESS EXCLUSIVE on accounts for an instant

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'drop_trigger',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("DROP TRIGGER note_change ON accounts")


def downgrade() -> None:
    op.execute(
        "CREATE TRIGGER note_change BEFORE UPDATE ON public.accounts FOR EACH ROW "
        "WHEN ((old.cents <> new.cents)) EXECUTE FUNCTION public.note_change()"
    )
    op.execute("ALTER TABLE accounts DISABLE TRIGGER note_change")


# ----------------------------------------------------------------------------------------------------

"""drop function note_change

Only the catalog changes.

Phase: contract

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
    'change': 'drop_function',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("DROP FUNCTION note_change()")


def downgrade() -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION public.note_change()\n RETURNS trigger\n "
        "LANGUAGE plpgsql\nAS $function$BEGIN NEW.changed := now(); RETURN NEW; "
        "END$function$"
    )
