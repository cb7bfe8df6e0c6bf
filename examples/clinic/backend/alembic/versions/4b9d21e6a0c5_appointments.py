"""appointments

Revision ID: 4b9d21e6a0c5
Revises: 1f0c8a2b7d3e
Create Date: 2023-04-18 15:40:02.118934

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


# revision identifiers, used by Alembic.
revision = '4b9d21e6a0c5'
down_revision = '1f0c8a2b7d3e'
branch_labels = None
depends_on = None

# Created and dropped by hand: drop_table would leave the type behind.
status = postgresql.ENUM(
    'requested', 'booked', 'arrived', 'completed', 'cancelled', name='appointment_status', create_type=False
)


def upgrade():
    status.create(op.get_bind(), checkfirst=False)
    op.create_table('appointments',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('practitioner_id', sa.BigInteger(), nullable=False),
    sa.Column('room_id', sa.BigInteger(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', status, server_default='requested', nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_appointments_ends_after_start')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_appointments_person_id')),
    sa.ForeignKeyConstraint(['practitioner_id'], ['practitioners.id'], name=op.f('fk_appointments_practitioner_id')),
    sa.ForeignKeyConstraint(['room_id'], ['rooms.id'], name=op.f('fk_appointments_room_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_appointments'))
    )
    op.create_index('ix_appointments_person_id', 'appointments', ['person_id'])
    op.create_index('ix_appointments_room_id', 'appointments', ['room_id'])


def downgrade():
    op.drop_index('ix_appointments_room_id', table_name='appointments')
    op.drop_index('ix_appointments_person_id', table_name='appointments')
    op.drop_table('appointments')
    status.drop(op.get_bind(), checkfirst=False)
