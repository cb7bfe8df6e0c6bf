"""PostgreSQL as the operating system installed it: Debian, Red Hat, Homebrew, Postgres.app, or pg_config on PATH."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pgwright.shadow.sources import Place

FOLDERS = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
    ("/Applications/Postgres.app/Contents/Versions", "*/bin"),
)


def places() -> Iterator[Place]:
    """Every folder of the system that looks like a PostgreSQL. Some hold clients only: the caller will see."""
    for root, pattern in FOLDERS:
        for folder in sorted(Path(root).glob(pattern), reverse=True):
            yield Place(folder, f"system ({folder})")
    if config := shutil.which("pg_config"):
        ran = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        if ran.returncode == 0 and ran.stdout.strip():
            yield Place(Path(ran.stdout.strip()), f"pg_config on PATH ({config})")
