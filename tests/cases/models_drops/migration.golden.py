"""drop constraint ck_old of orders

Only the catalog changes.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade adds it again and reads every row; it refuses when rows break it by
  then.

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
    'change': 'drop_constraint',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.drop_constraint(op.f("ck_old"), "orders", type_="check")


def downgrade() -> None:
    op.execute(
        "ALTER TABLE orders ADD CONSTRAINT ck_old CHECK ((total < "
        "(1000000)::numeric))"
    )


# ----------------------------------------------------------------------------------------------------

"""drop constraint old_child_parent_id_fkey of old_child

Only the catalog changes.

Phase: contract
Locks: ACCESS EXCLUSIVE on old_child and public.old_parent for an instant

Notes:
- Only after no release that uses it is running any more.
- The downgrade adds it again and reads every row; it refuses when rows break it by
  then.

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
    'change': 'drop_constraint',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.drop_constraint(
        op.f("old_child_parent_id_fkey"),
        "old_child",
        type_="foreignkey",
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE old_child ADD CONSTRAINT old_child_parent_id_fkey FOREIGN KEY "
        "(parent_id) REFERENCES public.old_parent(id)"
    )


# ----------------------------------------------------------------------------------------------------

"""drop index ix_orders_note of orders

Dropped concurrently, in a revision of its own: it cannot run in a transaction.

Phase: contract
Locks: SHARE UPDATE EXCLUSIVE on orders; readers and writers go on

Validation: each count must be 0
  -- the index is still there
  SELECT (to_regclass('ix_orders_note') IS NOT NULL)::int

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
    'change': 'drop_column',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('ix_orders_note') IS NOT NULL)::int"],
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index(
            op.f("ix_orders_note"),
            table_name="orders",
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index(
            op.f("ix_orders_note"),
            "orders",
            ["note"],
            unique=False,
            postgresql_concurrently=True,
        )


# ----------------------------------------------------------------------------------------------------

"""drop note from orders

The column leaves the catalog; its bytes stay in old rows until those are rewritten.

Phase: contract
Locks: ACCESS EXCLUSIVE on orders for an instant

Notes:
- Only after no release that uses it is running any more.
- The values do not come back: the downgrade rebuilds the structure only. Take a backup
  of the column first.

Revision ID: 000000000004
Revises: 000000000003
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000004"
down_revision = "000000000003"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'drop_column',
    'phase': 'contract',
    'validate': [],
}


def upgrade() -> None:
    op.drop_column("orders", "note")


def downgrade() -> None:
    op.add_column("orders", sa.Column("note", sa.Text(), nullable=True))


# ----------------------------------------------------------------------------------------------------

"""drop table old_child

The table goes, with its indexes and constraints; nothing else does.

Phase: contract
Locks: ACCESS EXCLUSIVE on old_child for an instant

Validation: each count must be 0
  -- the table is still there
  SELECT (to_regclass('old_child') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.
- The rows do not come back: the downgrade rebuilds the structure only. Take a backup of
  the table first.

Revision ID: 000000000005
Revises: 000000000004
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000005"
down_revision = "000000000004"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'drop_table',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('old_child') IS NOT NULL)::int"],
}


def upgrade() -> None:
    op.drop_table("old_child")


def downgrade() -> None:
    op.create_table(
        "old_child",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
    )
    op.execute("ALTER TABLE old_child ADD CONSTRAINT old_child_pkey PRIMARY KEY (id)")


# ----------------------------------------------------------------------------------------------------

"""drop table old_parent

The table goes, with its indexes and constraints; nothing else does.

Phase: contract
Locks: ACCESS EXCLUSIVE on old_parent for an instant

Validation: each count must be 0
  -- the table is still there
  SELECT (to_regclass('old_parent') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.
- The rows do not come back: the downgrade rebuilds the structure only. Take a backup of
  the table first.

Revision ID: 000000000006
Revises: 000000000005
"""

import sqlalchemy as sa
from alembic import op

revision = "000000000006"
down_revision = "000000000005"
branch_labels = None
depends_on = None

pgwright = {
    'change': 'drop_table',
    'phase': 'contract',
    'validate': ["SELECT (to_regclass('old_parent') IS NOT NULL)::int"],
}


def upgrade() -> None:
    op.drop_table("old_parent")


def downgrade() -> None:
    op.create_table("old_parent", sa.Column("id", sa.BigInteger(), nullable=False))
    op.execute("ALTER TABLE old_parent ADD CONSTRAINT old_parent_pkey PRIMARY KEY (id)")
