"""build ix_ticket_what of ticket anew

Built concurrently, in a revision of its own: it cannot run in a transaction.

Phase: expand
Locks: SHARE UPDATE EXCLUSIVE on ticket while it is built; readers and writers go on

Validation: each count must be 0
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_ticket_what_new') AND indisvalid

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
    'change': 'replace_index',
    'phase': 'expand',
    'validate': ["SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_ticket_what_new') AND indisvalid"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_ticket_what_new"),
            table_name="ticket",
            if_exists=True,
            postgresql_concurrently=True,
        )
        op.create_index(
            op.f("ix_ticket_what_new"),
            "ticket",
            ["what", sa.text("number DESC")],
            unique=False,
            postgresql_where=sa.text("what <> ''"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_ticket_what_new"),
            table_name="ticket",
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""let the new ix_ticket_what take the old one's name

Only the catalog changes; both are used until the old one goes.

Phase: switch
Locks: SHARE UPDATE EXCLUSIVE on both indexes for an instant

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
    'change': 'replace_index',
    'phase': 'switch',
    'validate': [],
}


def upgrade() -> None:
    op.execute("ALTER INDEX ix_ticket_what RENAME TO ix_ticket_what_old")
    op.execute("ALTER INDEX ix_ticket_what_new RENAME TO ix_ticket_what")


def downgrade() -> None:
    op.execute("ALTER INDEX ix_ticket_what RENAME TO ix_ticket_what_new")
    op.execute("ALTER INDEX ix_ticket_what_old RENAME TO ix_ticket_what")


# ----------------------------------------------------------------------------------------------------

"""drop index ix_ticket_what_old of ticket

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on ticket; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_ticket_what_old') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.

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
    'change': 'replace_index',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('ix_ticket_what_old') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_ticket_what_old"),
            table_name="ticket",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_ticket_what_old"),
            "ticket",
            ["what"],
            unique=False,
            postgresql_concurrently=True,
        )
    op.execute("COMMENT ON INDEX ix_ticket_what_old IS 'read by the board'")
