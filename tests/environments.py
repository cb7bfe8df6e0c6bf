"""Virtual environments with other versions of Alembic and SQLAlchemy, for tests marked slow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ALEMBIC = [("1.13.2", "2.0.45"), ("1.17.2", "2.0.45"), ("1.18.4", "2.1.9"), ("1.20.1", "2.0.45")]


def environment(alembic: str, sqlalchemy: str, *others: str, driver: str = "psycopg[binary]") -> Path:
    """A virtual environment with these versions, and other packages, kept between runs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "pgwright-tests"
    place = cache / "-".join(["alembic", alembic, "sqlalchemy", sqlalchemy, *others])
    if not (place / "done").exists():
        subprocess.run([sys.executable, "-m", "uv", "venv", "-q", "--clear", place], check=True)
        wanted = [f"alembic=={alembic}", f"sqlalchemy=={sqlalchemy}", driver, *others]
        subprocess.run([sys.executable, "-m", "uv", "pip", "install", "-q", "-p", place, *wanted], check=True)
        (place / "done").touch()
    return place / "bin" / "python"
