from alembic import context
from sqlalchemy import create_engine, pool

from app.models import Base

URL = "postgresql+psycopg://app:secret@db.example.invalid:5432/production"


def offline():
    context.configure(url=URL, target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def online():
    with create_engine(URL, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()


print("printed by env.py")
offline() if context.is_offline_mode() else online()
