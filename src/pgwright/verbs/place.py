"""Which database an environment is: its cluster's identifier and its name, asked of itself, reading only."""

from __future__ import annotations

import os
import re

from pgwright.errors import Refusal
from pgwright.gate.approval_refusals import UnknownEnvironment
from pgwright.gate.request import Place
from pgwright.project import Project


class NoDatabase(Refusal):
    """
    {environment} could not be asked which database it is: {why}
    Set {variable} to its address, or say it: --cluster ID --database NAME (SELECT system_identifier FROM pg_control_system())
    """

    code = "PW-GATE-48"


def place_of(project: Project, environment: str, cluster: str | None = None, database: str | None = None) -> Place:
    """The database behind an environment's address, unless both facts are given. Raises UnknownEnvironment, NoDatabase."""
    found = project.settings.environment(environment)
    if found is None:
        known = ", ".join(one.name for one in project.settings.environments) or "none"
        raise UnknownEnvironment(environment=environment, known=known)
    if cluster and database:
        return Place(found, cluster, database)
    url = os.environ.get(found.url_env)
    if not url:
        raise NoDatabase(environment=environment, why=f"{found.url_env} is not set", variable=found.url_env)
    import psycopg

    try:
        with psycopg.connect(re.sub(r"^postgres(ql)?\+\w+://", "postgresql://", url), connect_timeout=15) as conn:
            conn.read_only = True
            asked = "SELECT (SELECT system_identifier::text FROM pg_control_system()), current_database()"
            row = conn.execute(asked).fetchone()
    except psycopg.Error as error:
        why = type(error).__name__  # not its text: it may hold the address
        raise NoDatabase(environment=environment, why=why, variable=found.url_env) from None
    assert row is not None
    return Place(found, cluster or row[0], database or row[1])
