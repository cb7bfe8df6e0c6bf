"""What this room refuses, apart from what is wrong with one approval (approval_refusals.py)."""

from __future__ import annotations

from pgwright.errors import Refusal


class NotSealed(Refusal):
    """
    there is no {sums}: this history was never sealed
    Seal what there is: pgwright history seal. From then on, what the main branch has cannot change unnoticed.
    """

    code = "PW-GATE-01"


class NotASum(Refusal):
    """
    line {number} of {source} is not a line of migrations.sum
    Take the file from the main branch and seal your revisions again: pgwright history seal
    """

    code = "PW-GATE-02"


class NoBase(Refusal):
    """
    git does not say where this branch left the main branch, so nobody knows which revisions are frozen
    Fetch it (in CI: a full clone, fetch-depth: 0), name it (main = "..." in pgwright.toml), or hand it in: --base COMMIT
    """

    code = "PW-GATE-03"


class UnknownCommit(Refusal):
    """
    git does not know the commit {base}
    Fetch it first, or leave --base out.
    """

    code = "PW-GATE-04"


class Unreadable(Refusal):
    """
    {problem}
    Correct the file first; nothing was sealed.
    """

    code = "PW-GATE-05"


class NothingToRebase(Refusal):
    """
    the history has one head: there is nothing to rebase or merge
    See where it stands: pgwright status
    """

    code = "PW-GATE-06"


class OnlyFrozenHeads(Refusal):
    """
    every head ({heads}) is frozen: a frozen revision keeps its parent
    Join them in a revision of their own: pgwright history merge
    """

    code = "PW-GATE-07"


class ParentNotWritten(Refusal):
    """
    {name} does not write down_revision as a plain value on lines of its own, so it cannot be changed safely
    Change its down_revision to {parent} by hand, then: pgwright history seal {revision}
    """

    code = "PW-GATE-08"


class WhichHead(Refusal):
    """
    no head is frozen ({heads}), so nothing says which of them stays
    Say it: pgwright history rebase --onto {first}
    """

    code = "PW-GATE-09"


class NotChanged(Refusal):
    """
    {revision} says what its record says: there is nothing to supersede
    Formatting and comments may change as they are; edit the file first when its record has to change.
    """

    code = "PW-GATE-11"


class NotFrozen(Refusal):
    """
    {revision} is not frozen, so its record needs no signature
    Seal it as it is: pgwright history seal {revision}
    """

    code = "PW-GATE-10"
