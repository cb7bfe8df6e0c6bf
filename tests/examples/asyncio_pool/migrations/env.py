import asyncio

from alembic import context

from app.db import Base, engine


def work(connection):
    context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def online():
    async with engine.connect() as connection:
        await connection.run_sync(work)


asyncio.run(online())
