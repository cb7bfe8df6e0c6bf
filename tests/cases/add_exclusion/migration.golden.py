"""exclude rows of booking that agree on int4range(room, room, '[]'), during

PostgreSQL has no way to build this one while clients go on: choose a quiet hour.

Phase: expand
Locks: ACCESS EXCLUSIVE on booking while its index is built: everybody waits

Validation: each count must be 0
  -- pairs of rows that exclude each other
  SELECT count(*) FROM booking AS one JOIN booking AS other ON one.ctid < other.ctid AND (int4range(one.room, one.room, '[]')) = (int4range(other.room, other.room, '[]')) AND (one.during) && (other.during) AND (NOT one.cancelled) AND (NOT other.cancelled)

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
    'change': 'add_exclusion',
    'phase': 'expand',
    'validate': ["SELECT count(*) FROM booking AS one JOIN booking AS other ON one.ctid < other.ctid AND (int4range(one.room, one.room, '[]')) = (int4range(other.room, other.room, '[]')) AND (one.during) && (other.during) AND (NOT one.cancelled) AND (NOT other.cancelled)"],
}


def upgrade() -> None:
    op.execute(
        "DO 'BEGIN IF (SELECT count(*) FROM booking AS one JOIN booking AS other "
        "ON one.ctid < other.ctid AND (int4range(one.room, one.room, ''[]'')) = "
        "(int4range(other.room, other.room, ''[]'')) AND (one.during) && "
        "(other.during) AND (NOT one.cancelled) AND (NOT other.cancelled)) > 0 "
        "THEN RAISE EXCEPTION USING MESSAGE = ''booking has rows that exclude each "
        "other: nothing was changed''; END IF; END'"
    )
    op.execute(
        "ALTER TABLE booking ADD CONSTRAINT ex_booking_expr_during EXCLUDE USING "
        "gist (int4range(room, room, '[]') WITH =, during WITH &&) WHERE (NOT "
        "cancelled)"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE booking DROP CONSTRAINT ex_booking_expr_during")
