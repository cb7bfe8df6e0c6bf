"""Sites: the buildings in which the clinic works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, HasId

if TYPE_CHECKING:
    from app.models.room import Room


class Site(HasId, Base):
    __tablename__ = "sites"

    code: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    time_zone: Mapped[str] = mapped_column(String(64), server_default="Europe/London")

    rooms: Mapped[list[Room]] = relationship(back_populates="site")
