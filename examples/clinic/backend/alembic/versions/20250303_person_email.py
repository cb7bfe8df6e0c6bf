"""One person per e-mail address, and addresses as long as they may be

Revision ID: 20250303_person_email
Revises: 20250121_invoice_due_valid
Create Date: 2025-03-03 11:00:00

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

revision: str = '20250303_person_email'
down_revision: Union[str, Sequence[str], None] = '20250121_invoice_due_valid'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.alter_column('people', 'email', type_=sa.String(length=320), existing_type=sa.String(length=255))
    op.create_check_constraint(op.f('ck_people_email_has_at'), 'people', "email IS NULL OR email LIKE '%@%'")
    op.create_index('uq_people_email_lower', 'people', [sa.text('lower(email)')], unique=True)
    op.add_column('appointments', sa.Column('service_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key('fk_appointments_service_id', 'appointments', 'services', ['service_id'], ['id'])
    op.create_index('ix_appointments_service_id', 'appointments', ['service_id'])


def downgrade() -> None:
    op.drop_column('appointments', 'service_id')
    op.drop_index('uq_people_email_lower', table_name='people')
    op.drop_constraint(op.f('ck_people_email_has_at'), 'people', type_='check')
    op.alter_column('people', 'email', type_=sa.String(length=255), existing_type=sa.String(length=320))
