"""create function note_change

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
        "CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN "
        "NEW.changed := now(); RETURN NEW; END'"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION note_change()")


# ----------------------------------------------------------------------------------------------------

"""create trigger note_change of accounts

It fires for whoever writes from now on; rows that are there are not touched.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on accounts for an instant: writers wait, readers do not

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
    'change': 'put_trigger',
    'phase': 'expand',
    'validate': [],
}


def upgrade() -> None:
    op.execute(
        "CREATE TRIGGER note_change BEFORE UPDATE OF cents ON accounts FOR EACH "
        "ROW WHEN (OLD.cents IS DISTINCT FROM NEW.cents) EXECUTE FUNCTION "
        "note_change()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER note_change ON accounts")
