"""pgwright.toml, or [tool.pgwright] in pyproject.toml. No secret has a place in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from pgwright.project.baseline import BaselineSettings, read_baseline
from pgwright.project.objects import ObjectSettings, read_objects
from pgwright.project.pace import pace
from pgwright.project.refusals import BadSettings, PasswordInFile, UnknownEnvironment
from pgwright.project.window import Window, window

Kind = Literal["dev", "staging", "production"]
KINDS: dict[str, Kind] = {
    "dev": "dev",
    "development": "dev",
    "staging": "staging",
    "prod": "production",
    "production": "production",
}
TEXTS, LISTS = ("python", "tree", "main", "server_url_env", "shims"), ("x", "allow", "setup_sql", "app_sql")
KNOWN = {*TEXTS, *LISTS, "major", "env", "environments", "baseline", "objects", "policy", "check"}
OF_ENVIRONMENT = {"kind", "url_env", "window", "notify", "pace", "backup"}
CALLED = {str: "text", list: "list of texts", int: "whole number", dict: "table"}
# RFC 2606 and 6761: names that can never be a real machine, and this machine itself
ADDRESS = re.compile(r"://[^/\s:@]*:[^/\s@]+@(\[[^\]]*\]|[^/\s:?]*)")  # with a password; the group is the host
NOWHERE = re.compile(r"(^|\.)(invalid|test|example|localhost)$|^127\.|^::1$|^$")


@dataclass(frozen=True, slots=True)
class Environment:
    """A database of the project's. Its address stays in the variable `url_env`."""

    name: str
    kind: Kind
    url_env: str
    window: Window | None = None  # when a run may work there
    notify: tuple[str, ...] = ()  # a command that is told how a run ended
    pace: Mapping[str, float] = field(default_factory=dict, hash=False)  # what a backfill may do there
    backup: Mapping[str, Any] = field(default_factory=dict, hash=False)  # run/backup/providers reads it


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says; every default means "find out"."""

    source: str = ""  # the file, for people
    python: str | None = None
    tree: str | None = None
    main: str | None = None
    major: int | None = None
    server_url_env: str | None = None  # the variable that holds the address of a server to prove on
    x: tuple[str, ...] = ()  # -x arguments of the alembic command
    allow: tuple[str, ...] = ()  # "host:port" on this machine that the project's code may reach while proving
    setup_sql: tuple[Path, ...] = ()
    app_sql: tuple[Path, ...] = ()  # files of statements that the application sends
    baseline: BaselineSettings = field(default_factory=BaselineSettings)
    objects: ObjectSettings = field(default_factory=ObjectSettings)  # what the models' metadata does not hold
    shims: Path | None = None  # a folder of stand-ins for extensions that the server lacks
    env: Mapping[str, str] = field(default_factory=dict)
    environments: tuple[Environment, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=dict)  # gate/policy.py reads it
    check: Mapping[str, Any] = field(default_factory=dict)  # of `pgwright check`; hazards/settings.py reads it

    def environment(self, name: str) -> Environment | None:
        """The environment of that name, or None."""
        return next((one for one in self.environments if one.name == name), None)

    def environment_named(self, name: str) -> Environment:
        """The environment of that name. Raises UnknownEnvironment."""
        found = self.environment(name)
        if found is None:
            known = ", ".join(one.name for one in self.environments) or "none is named"
            raise UnknownEnvironment(name=name, known=known)
        return found


def read_settings(root: Path) -> Settings:
    """The settings in `root`; pgwright.toml before pyproject.toml. Raises BadSettings and PasswordInFile."""
    own, shared = root / "pgwright.toml", root / "pyproject.toml"
    if own.is_file():
        return _settings(_toml(own), own)
    if shared.is_file():
        table = _toml(shared).get("tool", {}).get("pgwright")
        if table is not None:
            return _settings(table, shared)
    return Settings()


def has_settings(directory: Path) -> bool:
    """True when `directory` holds settings of ours."""
    if (directory / "pgwright.toml").is_file():
        return True
    shared = directory / "pyproject.toml"
    return shared.is_file() and "[tool.pgwright" in shared.read_text("utf-8", "replace")


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(source=file.name, why=error) from error


def _settings(table: dict[str, Any], file: Path) -> Settings:
    _check(table, file)
    return Settings(
        source=file.name,
        python=table.get("python"),
        tree=table.get("tree"),
        main=table.get("main"),
        major=table.get("major"),
        server_url_env=_variable(table.get("server_url_env"), "server_url_env", file),
        x=tuple(table.get("x", ())),
        allow=tuple(table.get("allow", ())),
        setup_sql=tuple(file.parent / one for one in table.get("setup_sql", ())),
        app_sql=tuple(file.parent / one for one in table.get("app_sql", ())),
        baseline=read_baseline(table["baseline"], file) if "baseline" in table else BaselineSettings(),
        objects=read_objects(table["objects"], file) if "objects" in table else ObjectSettings(),
        shims=file.parent / table["shims"] if "shims" in table else None,
        env={name: str(value) for name, value in table.get("env", {}).items()},
        environments=tuple(_environment(name, one, file) for name, one in table.get("environments", {}).items()),
        policy=dict(table.get("policy", {})),
        check=table.get("check", {}),
    )


def _check(table: dict[str, Any], file: Path) -> None:
    """Raises BadSettings on a key or type that is not known, PasswordInFile on an address that could be real."""
    unknown = sorted(set(table) - KNOWN)
    if unknown:
        raise BadSettings(source=file.name, why=f"unknown key {unknown[0]}; known are {', '.join(sorted(KNOWN))}")
    wanted: dict[str, type] = {
        **dict.fromkeys(TEXTS, str),
        **dict.fromkeys(LISTS, list),
        "major": int,
        "env": dict,
        "baseline": dict,
        "objects": dict,
        "environments": dict,
        "policy": dict,
        "check": dict,
    }
    for name, value in table.items():
        if not isinstance(value, wanted[name]):
            raise BadSettings(source=file.name, why=f"{name} must be a {CALLED[wanted[name]]}")
        if isinstance(value, list) and not all(isinstance(one, str) for one in value):
            raise BadSettings(source=file.name, why=f"{name} must be a list of texts")
    for key, value in _texts(table):
        if _has_password(value, fake_is_fine=key.startswith("env.")):
            raise PasswordInFile(source=file.name, key=key)


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str):
        yield key, value


def _has_password(text: str, *, fake_is_fine: bool) -> bool:
    if ADDRESS.search(text) is None:
        return bool(re.search(r"\bpassword\s*=", text)) and bool(re.search(r"\b(host|dbname)\s*=", text))
    return not (fake_is_fine and all(NOWHERE.search(host.strip("[]")) for host in ADDRESS.findall(text)))


def _environment(name: str, table: Any, file: Path) -> Environment:
    if not isinstance(table, dict) or not isinstance(table.get("url_env"), str):
        raise BadSettings(source=file.name, why=f'environments.{name} needs url_env = "NAME_OF_A_VARIABLE"')
    if unknown := sorted(set(table) - OF_ENVIRONMENT):  # a window that is misspelt would be no window
        known = ", ".join(sorted(OF_ENVIRONMENT))
        raise BadSettings(source=file.name, why=f"unknown key environments.{name}.{unknown[0]}; known are {known}")
    kind = KINDS.get(cast(str, table.get("kind", name)))
    if kind is None:
        raise BadSettings(source=file.name, why=f"environments.{name}.kind must be dev, staging or production")
    _variable(table["url_env"], f"environments.{name}.url_env", file)
    notify = table.get("notify", [])
    if not isinstance(notify, list) or not all(isinstance(word, str) for word in notify):
        raise BadSettings(source=file.name, why=f"environments.{name}.notify must be a list of texts: a command")
    backup = table.get("backup", {})
    if not isinstance(backup, dict):
        raise BadSettings(source=file.name, why=f"environments.{name}.backup must be a table")
    try:
        hours = window(str(table["window"])) if "window" in table else None
    except ValueError as error:
        raise BadSettings(source=file.name, why=f"environments.{name}.window {error}") from None
    try:
        paced = pace(table.get("pace", {}))
    except ValueError as error:
        raise BadSettings(source=file.name, why=f"environments.{name}.pace {error}") from None
    return Environment(name, kind, table["url_env"], hours, tuple(notify), paced, backup)


def _variable(name: str | None, key: str, file: Path) -> str | None:
    """The name of a variable; raises PasswordInFile on anything else, which could be the address itself."""
    if name is not None and not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise PasswordInFile(source=file.name, key=key)
    return name
