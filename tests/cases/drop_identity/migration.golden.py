"""let place of ticket no longer number its rows

Only the catalog changes.

Phase: contract
Locks: ACCESS EXCLUSIVE on ticket for an instant

Notes:
- Only after no release that uses it is running any more.
- An INSERT without a value for it fails from here on.

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
    'change': 'drop_identity',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER TABLE ticket ALTER COLUMN place DROP IDENTITY")


def downgrade() -> None:
    op.execute(
        "DO 'DECLARE v bigint; BEGIN ALTER TABLE ticket ALTER COLUMN place ADD "
        "GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME ticket_place_seq START WITH 1 "
        "INCREMENT BY 1 CACHE 1); SELECT max(place) INTO v FROM ticket; IF v IS "
        "NOT NULL THEN PERFORM setval(pg_get_serial_sequence(''ticket'', "
        "''place'')::regclass, v); END IF; END'"
    )
