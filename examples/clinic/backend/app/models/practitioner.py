"""Practitioners: the people who treat people."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, HasCreatedAt, HasId
from app.models.person import Person


class Practitioner(HasId, HasCreatedAt, Base):
    __tablename__ = "practitioners"

    person_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id"), unique=True)
    licence_number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str | None] = mapped_column(String(40))
    specialties: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"))
    hired_on: Mapped[date | None]

    person: Mapped[Person] = relationship()
