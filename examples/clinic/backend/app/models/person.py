"""People: patients, and everybody else the clinic knows by name."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, HasCreatedAt, HasId

if TYPE_CHECKING:
    from app.models.appointment import Appointment
    from app.models.insurance_policy import InsurancePolicy
    from app.models.invoice import Invoice


class Person(HasId, HasCreatedAt, Base):
    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("email IS NULL OR email LIKE '%@%'", name="email_has_at"),
        Index("uq_people_email_lower", text("lower(email)"), unique=True),
        Index("ix_people_family_name_given_name", "family_name", "given_name"),
    )

    given_name: Mapped[str] = mapped_column(String(120))
    family_name: Mapped[str] = mapped_column(String(120))
    preferred_name: Mapped[str | None] = mapped_column(String(120))
    date_of_birth: Mapped[date | None]
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(32))
    locale: Mapped[str] = mapped_column(String(12), server_default="en")
    marketing_consent: Mapped[bool] = mapped_column(server_default="false")
    notes: Mapped[str | None] = mapped_column(Text)

    appointments: Mapped[list[Appointment]] = relationship(back_populates="person")
    invoices: Mapped[list[Invoice]] = relationship(back_populates="person")
    insurance_policies: Mapped[list[InsurancePolicy]] = relationship(back_populates="person")
