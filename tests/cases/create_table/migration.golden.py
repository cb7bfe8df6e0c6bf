"""create table team

A new table: nobody uses it yet, so its constraints and indexes come with it.

Phase: expand
Locks: SHARE ROW EXCLUSIVE on team and customer for an instant

Validation: each count must be 0
  -- the table is missing
  SELECT (to_regclass('team') IS NULL)::int
  -- the index is missing or invalid
  SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_team_lead_id') AND indisvalid
  -- groups of equal values
  SELECT count(*) FROM (SELECT FROM team WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1) AS duplicates
  -- rows that point at no row of customer
  SELECT count(*) FROM team AS source WHERE source.lead_id IS NOT NULL AND NOT EXISTS (SELECT FROM customer AS target WHERE target.id = source.lead_id)
  -- rows that break the rule
  SELECT count(*) FROM team WHERE NOT (name <> '')

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
    'change': 'create_table',
    'phase': 'expand',
    'validate': ["SELECT (to_regclass('team') IS NULL)::int", "SELECT 1 - count(*) FROM pg_index WHERE indexrelid = to_regclass('ix_team_lead_id') AND indisvalid", 'SELECT count(*) FROM (SELECT FROM team WHERE name IS NOT NULL GROUP BY name HAVING count(*) > 1) AS duplicates', 'SELECT count(*) FROM team AS source WHERE source.lead_id IS NOT NULL AND NOT EXISTS (SELECT FROM customer AS target WHERE target.id = source.lead_id)', "SELECT count(*) FROM team WHERE NOT (name <> '')"],
}


def upgrade() -> None:
    op.create_table(
        "team",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "settings",
            postgresql.JSONB(),
            server_default=sa.text('\'{"a": {"b": 1}}\'::jsonb'),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
    )
    op.create_table_comment("team", "people who work together")
    op.create_index(op.f("ix_team_lead_id"), "team", ["lead_id"], unique=False)
    op.create_unique_constraint(op.f("uq_team_name"), "team", ["name"])
    op.create_foreign_key(
        op.f("fk_team_lead_id_customer"),
        "team",
        "customer",
        ["lead_id"],
        ["id"],
    )
    op.create_check_constraint(op.f("ck_team_name"), "team", sa.text("name <> ''"))


def downgrade() -> None:
    op.drop_constraint(op.f("ck_team_name"), "team", type_="check")
    op.drop_constraint(op.f("fk_team_lead_id_customer"), "team", type_="foreignkey")
    op.drop_constraint(op.f("uq_team_name"), "team", type_="unique")
    op.drop_index(op.f("ix_team_lead_id"), table_name="team")
    op.drop_table("team")
