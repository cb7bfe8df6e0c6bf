"""How to reach a person, and in which language

Revision ID: 20230911_person_contact
Revises: 8e17f3c94d20
Create Date: 2023-09-11 09:30:00

"""
from alembic import op
import sqlalchemy as sa


revision = '20230911_person_contact'
down_revision = '8e17f3c94d20'
branch_labels = None
depends_on = None


def upgrade():
    op.alter_column('people', 'dob', new_column_name='date_of_birth')
    op.add_column('people', sa.Column('preferred_name', sa.String(length=120), nullable=True))
    op.add_column('people', sa.Column('phone', sa.String(length=32), nullable=True))
    op.add_column('people', sa.Column('locale', sa.String(length=12), server_default='en', nullable=False))
    op.add_column('people', sa.Column('marketing_consent', sa.Boolean(), server_default='false', nullable=False))
    op.add_column('people', sa.Column('notes', sa.Text(), nullable=True))


def downgrade():
    op.drop_column('people', 'notes')
    op.drop_column('people', 'marketing_consent')
    op.drop_column('people', 'locale')
    op.drop_column('people', 'phone')
    op.drop_column('people', 'preferred_name')
    op.alter_column('people', 'date_of_birth', new_column_name='dob')
