"""What this room refuses."""

from __future__ import annotations

from pgwright.errors import Refusal


class NoPython(Refusal):
    """
    The interpreter {command} could not be started: {why}
    Name the one that runs your application: pgwright --python PATH, or python = "..." in pgwright.toml.
    """

    code = "PW-INTERPRETER-01"


class NoAlembic(Refusal):
    """
    {python} (found by {found_by}) has no usable Alembic and SQLAlchemy: {message}
    Install them there, or name another interpreter: pgwright --python PATH.
    """

    code = "PW-INTERPRETER-02"


class EnvFailed(Refusal):
    """
    env.py could not be loaded: {exception}: {message}
    {hint}
    """

    code = "env"


class RevisionsFailed(Refusal):
    """
    A revision file could not be imported: {exception}: {message}
    The other revisions were read, none was run. Repair this file first.
    """

    code = "PW-INTERPRETER-04"


class ChildDied(Refusal):
    """
    The project's interpreter died during {what} (exit status {status}).
    The end of what it printed:
    {tail}
    """

    code = "PW-INTERPRETER-05"


class ChildSlow(Refusal):
    """
    The project's interpreter did not answer {what} within {seconds} seconds, and was ended.
    The end of what it printed:
    {tail}
    """

    code = "PW-INTERPRETER-06"


class NotPostgres(Refusal):
    """
    env.py connected to {dialect}, not to PostgreSQL.
    Set the variable that makes it use PostgreSQL under [env] in pgwright.toml; any address will do, none is reached.
    """

    code = "PW-INTERPRETER-07"


class CallFailed(Refusal):
    """
    {what} failed in the project's code: {exception}: {message}
    {hint}
    """

    code = "PW-INTERPRETER-08"


class NeverConfigured(Refusal):
    """
    env.py ran, but never called context.run_migrations().
    A loop over tenants needs at least one: create it with setup_sql, or name it with x = [...] in pgwright.toml.
    """

    code = "PW-INTERPRETER-09"
