"""Where server binaries can come from, one file per source. Each offers places; `shadow.binaries` judges them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """A folder that may hold `initdb` and `postgres`, and where it comes from in words for people."""

    bin: Path
    source: str
    beside: tuple[Path, ...] = ()  # folders outside of bin's parent that the programs load libraries from
