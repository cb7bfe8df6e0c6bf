"""create table a; create table b

A new table: nobody uses it yet, so its constraints and indexes come with it.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on a and b for an instant; SHARE ROW EXCLUSIVE on b and a for
       an instant

Validation: each count must be 0
  -- the table is missing
  SELECT (to_regclass('a') IS NULL)::int
  -- the table is missing
  SELECT (to_regclass('b') IS NULL)::int
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_a_b_id') AND indisvalid
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_b_a_id') AND indisvalid
  -- rows that point at no row of b
  SELECT count(*) FROM a AS source WHERE source.b_id IS NOT NULL AND NOT EXISTS (SELECT FROM b AS target WHERE target.id = source.b_id)
  -- rows that point at no row of a
  SELECT count(*) FROM b AS source WHERE source.a_id IS NOT NULL AND NOT EXISTS (SELECT FROM a AS target WHERE target.id = source.a_id)

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
    'change': 'create_table',
    'phase': 'expand',
    'validate': ["SELECT (to_regclass('a') IS NULL)::int", "SELECT (to_regclass('b') IS NULL)::int", "SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_a_b_id') AND indisvalid", "SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_b_a_id') AND indisvalid", 'SELECT count(*) FROM a AS source WHERE source.b_id IS NOT NULL AND NOT EXISTS (SELECT FROM b AS target WHERE target.id = source.b_id)', 'SELECT count(*) FROM b AS source WHERE source.a_id IS NOT NULL AND NOT EXISTS (SELECT FROM a AS target WHERE target.id = source.a_id)'],
}


def upgrade() -> None:
    op.create_table(
        "a",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("b_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_a")),
    )
    op.create_table(
        "b",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("a_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_b")),
    )
    op.create_index(op.f("ix_a_b_id"), "a", ["b_id"], unique=False)
    op.create_index(op.f("ix_b_a_id"), "b", ["a_id"], unique=False)
    op.create_foreign_key(op.f("fk_a_b_id_b"), "a", "b", ["b_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_b_a_id_a"),
        "b",
        "a",
        ["a_id"],
        ["id"],
        deferrable=True,
        initially="DEFERRED",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_b_a_id_a"), "b", type_="foreignkey")
    op.drop_constraint(op.f("fk_a_b_id_b"), "a", type_="foreignkey")
    op.drop_index(op.f("ix_b_a_id"), table_name="b")
    op.drop_index(op.f("ix_a_b_id"), table_name="a")
    op.drop_table("b")
    op.drop_table("a")
