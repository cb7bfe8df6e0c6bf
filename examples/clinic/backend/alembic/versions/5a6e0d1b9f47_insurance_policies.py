"""insurance policies

Revision ID: 5a6e0d1b9f47
Revises: 20230911_person_contact
Create Date: 2023-11-06 11:03:58.271900

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = '5a6e0d1b9f47'
down_revision = '20230911_person_contact'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('insurance_policies',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('insurer', sa.String(length=120), nullable=False),
    sa.Column('policy_number', sa.String(length=60), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('valid_until IS NULL OR valid_until > valid_from', name=op.f('ck_insurance_policies_valid_period')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_insurance_policies_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_insurance_policies')),
    sa.UniqueConstraint('insurer', 'policy_number', name=op.f('uq_insurance_policies_insurer_policy_number'))
    )
    op.create_index('ix_insurance_policies_person_id', 'insurance_policies', ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_insurance_policies_person_id', table_name='insurance_policies')
    op.drop_table('insurance_policies')
