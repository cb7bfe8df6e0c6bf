"""Which extensions a server has, and stand-ins for two that the embedded build lacks.

PostgreSQL 18 finds extensions in further folders (extension_control_path). Stand-ins come after the server's own, so a
real extension is never hidden; a proof names every one that stood in.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from pgwright.shadow.binaries import Binaries
from pgwright.shadow.statements import statement

if TYPE_CHECKING:
    from pgwright.shadow.server import Server

SINCE = 18


@dataclass(frozen=True, slots=True)
class Extension:
    """One that CREATE EXTENSION would find. `shimmed`: by a stand-in, not the real one."""

    name: str
    version: str
    shimmed: bool


@dataclass(frozen=True, slots=True)
class StandIns:
    """Names of the stand-ins that a server was given, and the settings that make it find them."""

    names: frozenset[str] = frozenset()
    settings: dict[str, str] = field(default_factory=dict)


def available_extensions(server: Server) -> dict[str, Extension]:
    """What CREATE EXTENSION would find on this server, by name."""
    rows = server.execute(statement("extensions"))
    return {name: Extension(name, version, name in server.shims) for name, version, _ in rows}


def lay_out(binaries: Binaries, folder: Path, given: Path | None) -> StandIns:
    """Copy the stand-ins that are needed to `folder`, readable by the server's user; those `given` come first."""
    if binaries.major < SINCE:
        return StandIns()
    real, names = binaries.extensions(), set()
    target = folder / "extension"
    for source in _sources(given):
        for control in sorted(source.glob("*.control")):
            if control.stem in real or control.stem in names:
                continue
            target.mkdir(parents=True, exist_ok=True)
            names.add(control.stem)
            for file in (control, *source.glob(f"{control.stem}--*.sql")):
                shutil.copyfile(file, target / file.name)
                (target / file.name).chmod(0o644)
    if not names:
        return StandIns()
    for made in (folder, target):
        made.chmod(0o755)
    return StandIns(frozenset(names), {"extension_control_path": f"$system:{folder}"})


def _sources(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given / "extension" if (given / "extension").is_dir() else given
    with as_file(files("pgwright.shadow") / "shims" / "extension") as ours:
        yield ours
