"""The statements of the application: the files that the caller names, else those that pgwright.toml names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pgwright.project import Project
from pgwright.shadow.app_sql import AppSql, read


def app_sql_of(project: Project, files: Sequence[Path] = ()) -> AppSql:
    """What the files hold, named as the project would name them. Raises NoAppSql for one that is not there, or empty."""
    return read((_named(project, one), one) for one in files or project.settings.app_sql)


def _named(project: Project, file: Path) -> str:
    path = file.resolve()
    return str(path.relative_to(project.root)) if path.is_relative_to(project.root) else str(file)
