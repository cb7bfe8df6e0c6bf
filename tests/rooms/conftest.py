"""Fixtures of the rooms: a small Alembic project to prove."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_project import Tiny


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """An empty project, with a cache of its own."""
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "project").mkdir()
    return Tiny(tmp_path / "project")
