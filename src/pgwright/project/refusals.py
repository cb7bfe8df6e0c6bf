"""What this room refuses."""

from __future__ import annotations

from pgwright.errors import Refusal


class NoTree(Refusal):
    """
    No Alembic tree below {root}.
    Looked for alembic.ini at any depth, [tool.alembic] in pyproject.toml and $ALEMBIC_CONFIG, each
    with a script_location that holds an env.py. Create one with: alembic init alembic
    """

    code = "PW-PROJECT-01"


class ManyTrees(Refusal):
    """
    {count} Alembic trees below {root}, and none was chosen: {names}
    Choose one with --tree NAME, or with tree = "NAME" in pgwright.toml.
    """

    code = "PW-PROJECT-02"


class UnknownTree(Refusal):
    """
    There is no Alembic tree {name} below {root}.
    There are: {names}
    """

    code = "PW-PROJECT-03"


class BadSettings(Refusal):
    """
    {source} is not valid: {why}
    See the reference of pgwright.toml.
    """

    code = "PW-PROJECT-04"


class PasswordInFile(Refusal):
    """
    {source} holds a database address with a password at {key}.
    Name the variable that holds it instead: url_env = "...". A made-up address for env.py has a host under .invalid.
    """

    code = "PW-PROJECT-05"


class UnknownRevision(Refusal):
    """
    There is no revision {name}.
    {known}
    """

    code = "PW-PROJECT-06"


class AmbiguousRevision(Refusal):
    """
    {name} is the beginning of more than one revision: {matches}
    Write more of it.
    """

    code = "PW-PROJECT-07"


class UnknownEnvironment(Refusal):
    """
    There is no environment {name} in the settings of this project ({known}).
    Name it in pgwright.toml: [environments.{name}] with kind and url_env, the variable that holds the address.
    """

    code = "PW-PROJECT-08"


class NoAddress(Refusal):
    """
    The variable {variable}, which holds the address of {environment}, is not set.
    Set it for this command alone: {variable}=postgresql://... pgwright ...
    """

    code = "PW-PROJECT-09"


class BadAddress(Refusal):
    """
    The address in {variable} cannot be used: {why}
    It is postgresql://user:password@host:port/database, with libpq's parameters behind a question mark.
    """

    code = "PW-PROJECT-10"


class Unreachable(Refusal):
    """
    The database of {environment} cannot be reached: {why}
    Nothing was changed. Check {variable}, the network and pg_hba.conf.
    """

    code = "PW-PROJECT-11"


class Lost(Refusal):
    """
    The database of {environment} went away in the middle: {why}
    What was committed before stays and is found again; nothing is half done. Run the same command again.
    """

    code = "PW-PROJECT-12"


class Hindered(Refusal):
    """
    The server of {environment} could not do it: {why}
    What was asked of it is not the reason, and what was committed before stays. Mend that, then run the same command again.
    """

    code = "PW-PROJECT-13"
