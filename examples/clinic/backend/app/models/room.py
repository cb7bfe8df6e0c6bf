"""Rooms, and what stands in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, HasId
from app.models.site import Site


class Room(HasId, Base):
    __tablename__ = "rooms"
    __table_args__ = (
        UniqueConstraint("site_id", "label"),
        Index("ix_rooms_equipment", "equipment", postgresql_using="gin"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id", ondelete="RESTRICT"))
    label: Mapped[str] = mapped_column(String(40))
    floor: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    equipment: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))

    site: Mapped[Site] = relationship(back_populates="rooms")
