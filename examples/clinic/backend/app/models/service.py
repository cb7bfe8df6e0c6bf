"""Services: what can be booked and what it costs."""

from sqlalchemy import CheckConstraint, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId


class Service(HasId, Base):
    __tablename__ = "services"
    __table_args__ = (
        CheckConstraint("price_cents >= 0", name="price_not_negative"),
        CheckConstraint("duration_minutes BETWEEN 5 AND 480", name="duration_in_range"),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    price_cents: Mapped[int] = mapped_column(Integer)
    duration_minutes: Mapped[int] = mapped_column(SmallInteger, server_default=text("30"))
    is_active: Mapped[bool] = mapped_column(server_default="true")
