"""Sessions for the application."""

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from app.settings import get_settings


def make_sessions() -> sessionmaker[Session]:
    """A factory of sessions on the configured database."""
    return sessionmaker(create_engine(get_settings().database_url, pool_pre_ping=True), expire_on_commit=False)
