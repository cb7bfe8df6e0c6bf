"""The providers, one file each, and which of them an environment of pgwright.toml names."""

from __future__ import annotations

from dataclasses import dataclass

from pgwright.project.refusals import BadSettings
from pgwright.project.settings import Environment
from pgwright.run.backup.provider import Provider
from pgwright.run.backup.providers import barman, cloudnativepg, cloudsql, pgbackrest, rds, walg

PROVIDERS: tuple[Provider, ...] = (
    pgbackrest.PROVIDER,
    barman.PROVIDER,
    walg.PROVIDER,
    cloudnativepg.PROVIDER,
    rds.PROVIDER,
    cloudsql.PROVIDER,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A provider, which of its clusters, and what starts its program."""

    provider: Provider
    name: str
    command: tuple[str, ...]


def chosen(environment: Environment, source: str) -> Chosen | None:
    """What the environment's `backup` says; None where it says nothing. Raises BadSettings."""
    table = environment.backup
    if not table:
        return None

    def bad(why: str) -> BadSettings:
        return BadSettings(source=source, why=f"environments.{environment.name}.backup {why}")

    found = next((one for one in PROVIDERS if one.name == table.get("provider")), None)
    if found is None:
        raise bad(f"needs provider, one of {', '.join(one.name for one in PROVIDERS)}")
    known = {"provider", "command", *([found.key] if found.key else [])}
    if unknown := sorted(set(table) - known):
        raise bad(f"has the unknown key {unknown[0]}; known with {found.name} are {', '.join(sorted(known))}")
    name = table.get(found.key, "") if found.key else ""
    # a name is a word of a command line, and one that starts with a dash would be an option
    if found.key and (not isinstance(name, str) or not name or name.startswith("-")):
        raise bad(f'needs {found.key} = "NAME"')
    command = table.get("command", [found.program])
    if not isinstance(command, list) or not command or not all(isinstance(word, str) for word in command):
        raise bad("command must be a list of texts: what starts the program")
    return Chosen(found, name, tuple(command))
