"""PostgreSQL's own programs, of the major that the database runs, called with an address that shows no password."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from pgwright.project.address import Address
from pgwright.shadow.binaries import Binaries

NAMES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "sslmode": "PGSSLMODE",
         "sslrootcert": "PGSSLROOTCERT", "dbname": "PGDATABASE"}  # fmt: skip


def run(binaries: Binaries, program: str, words: Sequence[str], address: Address | None = None) -> str:
    """What the program complained of; empty when it went well."""
    given = {NAMES[key]: str(value) for key, value in address.parts.items() if key in NAMES} if address else {}
    env = {**os.environ, **binaries.env, **given}
    done = subprocess.run(
        [str(binaries.bin / program), *words], env=env, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode == 0:
        return ""
    told = [row for row in done.stderr.splitlines() if row.strip()] or [f"it ended with {done.returncode}"]
    return next((row for row in told if "error" in row.lower()), told[0])


def digest_of(file: Path) -> str:
    """sha256 of a file's bytes."""
    found = sha256()
    with file.open("rb") as data:
        while part := data.read(1 << 20):
            found.update(part)
    return found.hexdigest()
