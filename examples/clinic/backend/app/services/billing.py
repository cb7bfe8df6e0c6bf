"""Billing: invoices are paid when their payments cover the total."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Invoice, InvoiceStatus, Payment, PaymentMethod


def pay(session: Session, invoice: Invoice, amount_cents: int, method: PaymentMethod) -> Payment:
    """Record a payment; the invoice becomes paid once the total is covered."""
    payment = Payment(invoice=invoice, amount_cents=amount_cents, method=method)
    session.add(payment)
    session.flush()
    paid = session.scalar(select(func.sum(Payment.amount_cents)).where(Payment.invoice_id == invoice.id)) or 0
    if paid >= invoice.total_cents:
        invoice.status = InvoiceStatus.paid
        invoice.paid_at = datetime.now(UTC)
    return payment
