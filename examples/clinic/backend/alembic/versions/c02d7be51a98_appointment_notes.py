"""appointment notes

Revision ID: c02d7be51a98
Revises: 20230911_person_contact
Create Date: 2023-11-02 14:21:37.660218

"""
from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision = 'c02d7be51a98'
down_revision = '20230911_person_contact'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'appointment_notes',
        sa.Column('id', sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column(
            'appointment_id',
            sa.BigInteger(),
            sa.ForeignKey('appointments.id', name='fk_appointment_notes_appointment_id', ondelete='CASCADE'),
            nullable=False,
        ),
        sa.Column(
            'author_id',
            sa.BigInteger(),
            sa.ForeignKey('practitioners.id', name='fk_appointment_notes_author_id'),
            nullable=False,
        ),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_index('ix_appointment_notes_appointment_id', 'appointment_notes', ['appointment_id'])
    op.create_index('ix_appointment_notes_author_id', 'appointment_notes', ['author_id'])


def downgrade() -> None:
    op.drop_table('appointment_notes')
