"""Golden files: text for people is compared byte for byte. PGWRIGHT_ACCEPT=1 writes what is new; review the diff."""

from __future__ import annotations

import os
from pathlib import Path

GOLDEN = Path(__file__).parents[1] / "golden"


def check(name: str, text: str) -> None:
    """Compare `text` with tests/golden/`name`, or accept it."""
    file = GOLDEN / name
    if os.environ.get("PGWRIGHT_ACCEPT") == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert file.exists(), f"{file} is missing: run with PGWRIGHT_ACCEPT=1 and review it"
    assert text == file.read_text(), f"differs from {file}: run with PGWRIGHT_ACCEPT=1 and review the diff"
