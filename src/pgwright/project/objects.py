"""`[objects]` of pgwright.toml: SQL files that declare what the models' metadata does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgwright.project.refusals import BadSettings


@dataclass(frozen=True, slots=True)
class ObjectSettings:
    """What the file says; `shadow/declared.py` tells what is made of it."""

    files: tuple[str, ...] = ()  # patterns, relative to `folder`
    folder: Path = Path()
    source: str = ""  # the file that says so, for people

    def found(self) -> tuple[Path, ...]:
        """The files, in the order of the patterns and then by name. BadSettings where a pattern finds none.

        A pattern that finds nothing may be misspelt, and would mean that everything declared is gone.
        """
        files: dict[Path, None] = {}
        for pattern in self.files:
            matched = sorted(path for path in self.folder.glob(pattern) if path.is_file())
            if not matched:
                raise BadSettings(source=self.source, why=f"objects.files: {pattern} finds no file")
            files.update(dict.fromkeys(matched))
        return tuple(files)


def read_objects(table: dict[str, Any], file: Path) -> ObjectSettings:
    """The table, patterns relative to the file's folder. Raises BadSettings."""
    if unknown := sorted(set(table) - {"files"}):
        raise BadSettings(source=file.name, why=f"unknown key objects.{unknown[0]}; known is files")
    files = table.get("files")
    if not isinstance(files, list) or not files or not all(isinstance(one, str) and one for one in files):
        raise BadSettings(source=file.name, why="objects.files must be a list of texts that is not empty")
    if absolute := [one for one in files if Path(one).is_absolute()]:
        raise BadSettings(source=file.name, why=f"objects.files: {absolute[0]} must be relative to the file's folder")
    return ObjectSettings(tuple(files), file.parent, file.name)
