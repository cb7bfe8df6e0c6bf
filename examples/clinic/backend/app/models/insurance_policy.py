"""Insurance policies that people are covered by."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, HasCreatedAt, HasId
from app.models.person import Person


class InsurancePolicy(HasId, HasCreatedAt, Base):
    __tablename__ = "insurance_policies"
    __table_args__ = (
        UniqueConstraint("insurer", "policy_number"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="valid_period"),
        Index("ix_insurance_policies_person_id", "person_id"),
    )

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id", ondelete="CASCADE"))
    insurer: Mapped[str] = mapped_column(String(120))
    policy_number: Mapped[str] = mapped_column(String(60))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="insurance_policies")
