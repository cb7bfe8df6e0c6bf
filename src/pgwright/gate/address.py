"""The database of an environment: its address comes from the variable that pgwright.toml names, and is never shown."""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from pgwright.gate.guard_refusals import NoAnswer, NoSuchEnvironment, NoUrl
from pgwright.project.settings import Environment, Settings

Connection = psycopg.Connection[tuple[Any, ...]]


def environment_of(settings: Settings, name: str) -> Environment:
    """The environment of that name. Raises NoSuchEnvironment."""
    found = settings.environment(name)
    if found is None:
        raise NoSuchEnvironment(name=name, known=", ".join(one.name for one in settings.environments) or "none")
    return found


def url_of(environment: Environment, variable: str | None = None) -> str:
    """The address as libpq reads it. Raises NoUrl."""
    named = variable or environment.url_env
    url = os.environ.get(named, "")
    if not url:
        raise NoUrl(variable=named, environment=environment.name, what="not set")
    if "://" not in url:
        return url
    split = urlsplit(url)
    if not re.fullmatch(r"postgres(ql)?(\+\w+)?", split.scheme):
        raise NoUrl(variable=named, environment=environment.name, what="no address of a PostgreSQL")
    return urlunsplit(("postgresql", *split[1:]))


def connect(environment: Environment, variable: str | None = None) -> Connection:
    """A session in autocommit. Raises NoUrl and NoAnswer, whose text never holds the address."""
    try:
        return psycopg.connect(
            url_of(environment, variable), autocommit=True, prepare_threshold=None, application_name="pgwright gate"
        )
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        why = "it is not a valid address" if isinstance(error, psycopg.ProgrammingError) else str(error).splitlines()[0]
        named = variable or environment.url_env
        raise NoAnswer(environment=environment.name, why=why, variable=named) from None
