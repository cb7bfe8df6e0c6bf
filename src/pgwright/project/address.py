"""The address of an environment's database: from a variable, never from a file, and never printed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from pgwright.project.lost import is_lost
from pgwright.project.refusals import BadAddress, Hindered, Lost, NoAddress, Unreachable
from pgwright.project.settings import Environment, Settings

Connection = psycopg.Connection[tuple[Any, ...]]
SCHEME = re.compile(r"^postgres(?:ql)?(?:\+\w+)?$")
APPLICATION = "pgwright"
# A runner that is cut off must not hold locks until TCP notices; libpq's own settings, PostgreSQL documentation 34.1.2.
KEPT_ALIVE = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "connect_timeout": "15"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where an environment is. `parts` are libpq's parameters, password included."""

    environment: Environment
    variable: str
    parts: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        return self.environment.name

    def connect(self, what: str) -> Connection:
        """An autocommit session that nothing prepares statements on. Raises Unreachable without the password."""
        parts = {**KEPT_ALIVE, **self.parts, "application_name": f"{APPLICATION} {what}"}
        try:
            return psycopg.connect(**parts, autocommit=True, prepare_threshold=None)
        except psycopg.OperationalError as error:
            why = str(error).strip().splitlines()[0]
            raise Unreachable(environment=self.name, why=why, variable=self.variable) from None

    @contextmanager
    def session(self, what: str) -> Iterator[Connection]:
        """`connect` for the length of a block. Raises Lost when the server ends the session in it, and Hindered."""
        with self.connect(what) as conn:
            try:
                yield conn
            except psycopg.Error as error:
                if conn.closed or is_lost(error):
                    raise Lost(environment=self.name, why=said(error)) from error
                if isinstance(error, psycopg.OperationalError):
                    raise Hindered(environment=self.name, why=said(error)) from error
                raise


def said(error: psycopg.Error) -> str:
    """The server's own words, else the first line of the driver's."""
    return error.diag.message_primary or next(iter(str(error).strip().splitlines()), type(error).__name__)


def address_of(
    settings: Settings, name: str, environ: Mapping[str, str] = os.environ, *, variable: str | None = None
) -> Address:
    """The address of the environment, from its variable or the one given. Raises UnknownEnvironment, NoAddress, BadAddress."""
    environment = settings.environment_named(name)
    named = variable or environment.url_env
    url = environ.get(named, "")
    if not url:
        raise NoAddress(variable=named, environment=name)
    return Address(environment, named, _parts(url, named))


def _parts(url: str, variable: str) -> dict[str, Any]:
    """libpq's parameters of a SQLAlchemy or libpq URL, or of a `key=value` string."""
    try:
        if "://" not in url:
            return dict(conninfo_to_dict(url))
        split = urlsplit(url)
        if not SCHEME.match(split.scheme):
            raise BadAddress(variable=variable, why=f"{split.scheme} is not PostgreSQL")
        query = urlencode([("sslmode" if key == "ssl" else key, value) for key, value in parse_qsl(split.query)])
        return dict(conninfo_to_dict(urlunsplit(("postgresql", split.netloc, split.path, query, ""))))
    except (psycopg.ProgrammingError, ValueError) as error:
        # only libpq's complaint about a parameter is safe to show: the rest of the text may hold the password
        named = re.search(r'"(\w+)"', str(error))
        why = f"unknown parameter {named[1]}" if named else "it is not a valid URL"
        raise BadAddress(variable=variable, why=why) from None
