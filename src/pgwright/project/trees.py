"""Alembic trees on disk: every place that the alembic command could be pointed at.

Source: Alembic's documentation, "Tutorial", and `alembic.script.base`.
"""

from __future__ import annotations

import configparser
import importlib.machinery
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SKIPPED = {
    "node_modules", "site-packages", "dist-packages", "__pycache__", "venv", "env", "dist", "vendor", "third_party",
}  # fmt: skip
SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}


@dataclass(frozen=True, slots=True)
class Tree:
    """One set of revisions with its env.py; `cwd` is where the alembic command is run for it."""

    name: str  # path of the ini file below the root, with ":section" where that is not [alembic]
    ini: Path | None
    toml: Path | None
    section: str
    cwd: Path
    directory: Path  # script_location
    versions: tuple[Path, ...]
    recursive: bool = False
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def env_py(self) -> Path:
        return self.directory / "env.py"


def trees_below(root: Path) -> tuple[Tree, ...]:
    """Every tree below `root`, by name. Virtual environments, node_modules and hidden directories are not entered."""
    found: dict[tuple[Path, str], Tree] = {}
    for file in _candidates(root):
        for tree in trees_in(file, root):
            found.setdefault((tree.ini or tree.directory, tree.section), tree)
    return tuple(sorted(found.values(), key=lambda one: (one.name.count("/"), one.name)))


def _candidates(root: Path) -> Iterator[Path]:
    for directory, names, files in os.walk(root):
        if "pyvenv.cfg" in files or "conda-meta" in names:
            names.clear()
            continue
        names[:] = sorted(name for name in names if name not in SKIPPED and not name.startswith("."))
        for name in sorted(files):
            if name == "pyproject.toml" or (name.endswith(".ini") and "alembic" in name):
                yield Path(directory) / name


def trees_in(file: Path, root: Path) -> tuple[Tree, ...]:
    """The trees that one ini file or pyproject.toml declares and that have an env.py."""
    if file.name == "pyproject.toml":
        return _in_toml(file, root)
    parser = configparser.ConfigParser({"here": file.parent.as_posix()})
    try:
        parser.read(file, "utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return ()
    inherited = "script_location" in parser.defaults()
    found = []
    for section in parser.sections():
        own = parser.has_option(section, "script_location")
        if not own and section != "alembic":
            continue
        if inherited and section != "alembic" and not _differs(parser, section):
            continue
        if tree := _from_section(file, root, parser, section):
            found.append(tree)
    return tuple(found)


def _differs(parser: configparser.ConfigParser, section: str) -> bool:
    """True when a section says its own script_location, not the one of [DEFAULT]."""
    return parser.get(section, "script_location", raw=True) != parser.defaults()["script_location"]


def _from_section(file: Path, root: Path, parser: configparser.ConfigParser, section: str) -> Tree | None:
    try:
        options = dict(parser.items(section))
    except configparser.InterpolationError:
        options = {name: parser.get(section, name, raw=True) for name in parser.options(section)}
    beside = file.parent / "pyproject.toml"
    toml = beside if beside.is_file() and _table(beside) else None
    name = file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
    if "script_location" not in options and toml is not None:
        return None  # the pyproject.toml beside it declares the tree
    extra: dict[str, str] = {}
    if "script_location" not in options:
        # Flask-Migrate: alembic.ini lies inside the script directory and does not name it
        options["script_location"] = extra["script_location"] = str(file.parent)
    return _tree(
        name if section == "alembic" else f"{name}:{section}",
        options,
        root,
        file.parent,
        ini=file,
        toml=toml,
        section=section,
        extra=extra,
    )


def _table(file: Path) -> dict[str, Any] | None:
    try:
        table = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get("alembic")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None
    return table if isinstance(table, dict) and table else None


def _in_toml(file: Path, root: Path) -> tuple[Tree, ...]:
    table = _table(file)
    if table is None or not isinstance(table.get("script_location"), str):
        return ()
    here = file.parent.as_posix()
    options = {name: _filled(value, here) for name, value in table.items()}
    ini = file.parent / "alembic.ini"
    name = file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
    tree = _tree(
        name, options, root, file.parent, ini=ini if ini.is_file() else None, toml=file, section="alembic", extra={}
    )
    return (tree,) if tree else ()


def _filled(value: Any, here: str) -> Any:
    if isinstance(value, str):
        return value.replace("%(here)s", here).replace("%%", "%")
    return [_filled(one, here) for one in value] if isinstance(value, list) else value


def _tree(
    name: str, options: dict[str, Any], root: Path, beside: Path, *,
    ini: Path | None, toml: Path | None, section: str, extra: dict[str, str],
) -> Tree | None:  # fmt: skip
    located = _located(str(options["script_location"]), beside, root)
    if located is None:
        return None
    cwd, directory = located
    return Tree(
        name, ini, toml, section, cwd, directory, _versions(options, cwd, directory),
        str(options.get("recursive_version_locations", "")).lower() in ("true", "1", "yes", "on"), extra,
    )  # fmt: skip


def _located(location: str, beside: Path, root: Path) -> tuple[Path, Path] | None:
    """(where alembic is run, the script directory): the first directory upwards that leads to an env.py."""
    directory, last = beside, root
    while ":" in location and (last / "__init__.py").is_file():
        last = last.parent  # the root lies in a package, and a location may begin with that package
    while True:
        candidate = _resolved(location, directory)
        if candidate is not None and (candidate / "env.py").is_file():
            return directory, candidate.resolve()
        if directory in (last, directory.parent):
            return None
        directory = directory.parent


def _resolved(location: str, base: Path) -> Path | None:
    """`package:directory`, an absolute path, or a path relative to where alembic is run."""
    if ":" not in location or Path(location).is_absolute():
        return base / location
    package, _, rest = location.partition(":")
    for start in (base, base / "src"):
        path = start.joinpath(*package.split("."))
        if path.is_dir():
            return path / rest
    found = importlib.machinery.PathFinder.find_spec(package.split(".")[0])
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations))).joinpath(*package.split(".")[1:], rest)


def _versions(options: dict[str, Any], cwd: Path, directory: Path) -> tuple[Path, ...]:
    """version_locations, split as Alembic splits it."""
    value = options.get("version_locations")
    if not value:
        return (directory / "versions",)
    if isinstance(value, list):
        parts = [str(one) for one in value]
    else:
        separator = options.get("path_separator") or options.get("version_path_separator")
        by = SEPARATORS.get(str(separator).strip()) if separator else None
        parts = value.split(by) if by else re.split(r", *| +|\n", value)
    resolved = [_resolved(part.strip(), cwd) for part in parts if part.strip()]
    return tuple(path.resolve() for path in resolved if path is not None)
