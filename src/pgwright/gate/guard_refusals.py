"""What the guard's installer, doctor and ledger refuse."""

from __future__ import annotations

from pgwright.errors import Refusal


class MayNotInstall(Refusal):
    """
    {login} may not install the guard on {environment}: {what}
    What is done so far stays and is found again. Name a login that may with --admin-env VARIABLE: a superuser, or one
    with CREATEROLE that is a member of the roles that own the objects.
    """

    code = "PW-GUARD-04"


class StillInUse(Refusal):
    """
    {identity} is in use for longer than {seconds} s, so its ownership could not be moved.
    What is done so far stays. Run the same command again when the table is quieter.
    """

    code = "PW-GUARD-05"


class NotGuarded(Refusal):
    """
    {environment} has no guard.
    Install it: pgwright gate install --env {environment}
    """

    code = "PW-GUARD-06"


class NoSigners(Refusal):
    """
    Nobody could sign: {why}
    Put one line per person into {where}: NAME ssh-ed25519 KEY (ssh-keygen -t ed25519 makes one).
    """

    code = "PW-GUARD-07"


class NoExpiryThere(Refusal):
    """
    The key of {signer} is valid until {until}, and the list inside the database knows no last day.
    Take valid-before away for the installation, and have the key removed in time: pgwright gate signers
    """

    code = "PW-GUARD-11"


class NotConfirmed(Refusal):
    """
    Nothing was changed on {environment}: this shows the plan only.
    Read it, then run it with --yes.
    """

    code = "PW-GUARD-08"
    exit_status = 3


class Refused(Refusal):
    """
    The guard of {environment} refused: {message}
    {hint}
    """

    code = "PW-GUARD-09"
    exit_status = 3


class NoDoctor(Refusal):
    """
    gate doctor cannot play its cases on {environment} as {login}: {why}
    It needs to speak as other logins inside one transaction that is rolled back. Name a superuser with --admin-env, or
    run it against a restored copy.
    """

    code = "PW-GUARD-10"
