import os

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase

engine = create_async_engine(f"postgresql+{os.environ.get('DRIVER', 'asyncpg')}://app:secret@db.example.invalid/production")


class Base(DeclarativeBase):
    pass
