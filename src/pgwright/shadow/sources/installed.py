"""Servers that `pgwright pg install MAJOR` put into the cache."""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.shadow import cache
from pgwright.shadow.sources import Place


def places() -> Iterator[Place]:
    """The installed servers, the newest first."""
    folders = [f for f in cache.servers().glob("[0-9]*") if (f / "bin").is_dir()]
    for folder in sorted(folders, key=lambda f: [int(n) for n in f.name.split(".") if n.isdigit()], reverse=True):
        yield Place(folder / "bin", f"pgwright pg install ({folder.name})")
