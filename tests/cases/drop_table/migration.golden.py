"""drop table line

The table goes, with its indexes and constraints; nothing else does.

Phase: contract
Locks: ACCESS EXCLUSIVE on line for an instant

Validation: each count must be 0
  -- the table is still there
  SELECT (to_regclass('line') IS NOT NULL)::int

Notes:
- Only after no release that uses it is running any more.
- The rows do not come back: the downgrade rebuilds the structure only. Take a backup of
  the table first.

Revision ID: 000000000001
Revises: 
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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
    op.drop_table("line")


def downgrade() -> None:
    op.execute("CREATE SEQUENCE public.line_id_seq AS bigint")
    op.create_table(
        "line",
        sa.Column(
            "id",
            sa.BigInteger(),
            server_default=sa.text("nextval('public.line_id_seq'::regclass)"),
            nullable=False,
        ),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "amount",
            sa.Numeric(precision=12, scale=3),
            server_default=sa.text("1"),
            nullable=False,
        ),
        sa.Column(
            "unit",
            postgresql.ENUM("piece", "kg", name="unit", create_type=False),
            server_default=sa.text("'piece'::public.unit"),
            nullable=True,
        ),
        sa.Column(
            "tags",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'::text[]"),
            nullable=True,
        ),
    )
    op.execute("ALTER SEQUENCE public.line_id_seq OWNED BY line.id")
    op.execute("ALTER TABLE line ADD CONSTRAINT line_pkey PRIMARY KEY (id)")
    op.execute("ALTER TABLE line ADD CONSTRAINT uq_line UNIQUE (order_id, unit)")
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT line_amount_check CHECK ((amount > "
        "(0)::numeric))"
    )
    op.execute(
        "ALTER TABLE line ADD CONSTRAINT line_order_id_fkey FOREIGN KEY (order_id) "
        "REFERENCES public.orders(id) ON DELETE CASCADE"
    )
    op.create_index(op.f("ix_line_order"), "line", ["order_id"], unique=False)
    op.alter_column("line", "unit", comment="its unit")
    op.create_table_comment("line", "a line")
