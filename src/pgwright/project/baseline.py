"""`[baseline]` of pgwright.toml: from where the state before the first revision to prove comes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pgwright.project.refusals import BadSettings

Mode = Literal["zero", "no-fk", "dump", "models"]
KEYS = ("mode", "dump", "stamp")
NEEDS: dict[str, tuple[str, ...]] = {"dump": ("dump", "stamp")}
TAKES: dict[str, tuple[str, ...]] = {"dump": ("dump", "stamp"), "models": ("stamp",)}


@dataclass(frozen=True, slots=True)
class BaselineSettings:
    """What the file says; `shadow/baseline.py` tells what the modes do."""

    mode: Mode = "zero"
    dump: Path | None = None
    stamp: str | None = None


def read_baseline(table: dict[str, Any], file: Path) -> BaselineSettings:
    """The table, paths relative to the file's folder. Raises BadSettings, also for a key that the mode does not use."""
    for name, value in table.items():
        if name not in KEYS:
            raise BadSettings(
                source=file.name,
                why=f"unknown key baseline.{name}; known are {', '.join(KEYS)} (setup_sql stands outside)",
            )
        if not isinstance(value, str) or not value:
            raise BadSettings(source=file.name, why=f"baseline.{name} must be a text that is not empty")
    mode = table.get("mode", "")
    if mode not in get_args(Mode):
        said = f"not {mode!r}" if mode else "and is missing"
        raise BadSettings(source=file.name, why=f"baseline.mode must be one of {', '.join(get_args(Mode))}, {said}")
    for name in NEEDS.get(mode, ()):
        if name not in table:
            raise BadSettings(source=file.name, why=f"baseline.{name} is missing: {MEANING[name]}")
    for name in sorted(set(table) - {"mode", *TAKES.get(mode, ())}):
        raise BadSettings(source=file.name, why=f'baseline.{name} means nothing with mode = "{mode}"')
    return BaselineSettings(mode, file.parent / table["dump"] if "dump" in table else None, table.get("stamp"))


MEANING = {
    "dump": "the file that pg_dump --schema-only wrote",
    "stamp": "the revision at which the dump was taken",
}
