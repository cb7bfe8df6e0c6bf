from alembic import context
from sqlalchemy import MetaData, create_engine, text

engine = create_engine("postgresql+psycopg2://app:secret@db.example.invalid/production")

for tenant in ("one", "two"):
    with engine.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {tenant}"))
        connection.execute(text(f"SET search_path TO {tenant}"))
        connection.commit()
        context.configure(connection=connection, target_metadata=[MetaData(), MetaData()], version_table_schema=tenant)
        with context.begin_transaction():
            context.run_migrations()
