"""Which database an environment is: its cluster's identifier and its name, asked of itself, reading only."""

from __future__ import annotations

from pgwright.errors import Refusal
from pgwright.gate.request import Place
from pgwright.project import Project
from pgwright.project.refusals import BadAddress, Hindered, Lost, NoAddress, Unreachable

ASKED = "SELECT (SELECT system_identifier::text FROM pg_control_system()), current_database()"


class NoDatabase(Refusal):
    """
    {environment} could not be asked which database it is: {why}
    Set {variable} to its address, or say it: --cluster ID --database NAME (SELECT system_identifier FROM pg_control_system())
    """

    code = "PW-GATE-48"


def place_of(project: Project, environment: str, cluster: str | None = None, database: str | None = None) -> Place:
    """The database behind an environment's address, unless both facts are given. Raises UnknownEnvironment, NoDatabase."""
    found = project.settings.environment_named(environment)
    if cluster and database:
        return Place(found, cluster, database)
    import psycopg  # nobody needs the driver who says both facts

    from pgwright.project.address import address_of

    try:
        with address_of(project.settings, environment).session("place") as conn:
            conn.read_only = True
            row = conn.execute(ASKED).fetchone()
    except (NoAddress, BadAddress, Unreachable, Lost, Hindered) as refused:
        raise NoDatabase(environment=environment, why=refused.message, variable=found.url_env) from None
    except psycopg.Error as error:
        why = type(error).__name__  # not its text: it may hold the address
        raise NoDatabase(environment=environment, why=why, variable=found.url_env) from None
    assert row is not None
    return Place(found, cluster or row[0], database or row[1])
