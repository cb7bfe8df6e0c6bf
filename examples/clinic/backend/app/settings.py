"""Settings of the application, read from environment variables."""

import os
from dataclasses import dataclass

DEVELOPMENT_URL = "postgresql+psycopg://clinic@localhost:5432/clinic"


class SettingsError(RuntimeError):
    """A setting that must be given is missing."""


@dataclass(frozen=True)
class Settings:
    environment: str
    database_url: str


def get_settings() -> Settings:
    """Settings of this process. Outside development the database's URL has no default."""
    environment = os.environ.get("CLINIC_ENVIRONMENT", "development")
    url = os.environ.get("CLINIC_DATABASE_URL")
    if not url:
        if environment != "development":
            raise SettingsError(f"CLINIC_DATABASE_URL must be set when CLINIC_ENVIRONMENT is {environment}")
        url = DEVELOPMENT_URL
    return Settings(environment=environment, database_url=url)
