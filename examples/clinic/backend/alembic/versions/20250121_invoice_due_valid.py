"""An invoice is due on or after the day it is issued: for all rows

Revision ID: 20250121_invoice_due_valid
Revises: 20250120_invoice_due_check
Create Date: 2025-01-21 09:10:00

"""
from typing import Sequence, Union

from alembic import op

revision: str = '20250121_invoice_due_valid'
down_revision: Union[str, Sequence[str], None] = '20250120_invoice_due_check'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.execute("ALTER TABLE invoices VALIDATE CONSTRAINT ck_invoices_due_after_issue")


def downgrade() -> None:
    # A validated constraint cannot be made unvalidated again, only replaced.
    op.execute(
        "ALTER TABLE invoices DROP CONSTRAINT ck_invoices_due_after_issue,"
        " ADD CONSTRAINT ck_invoices_due_after_issue"
        " CHECK (due_on IS NULL OR issued_on IS NULL OR due_on >= issued_on) NOT VALID"
    )
