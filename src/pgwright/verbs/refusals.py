"""What the verbs refuse."""

from __future__ import annotations

from pgwright.errors import Refusal


class Heads(Refusal):
    """
    the history has {count} heads: {heads}
    One change can follow only one of them. Join them first: alembic merge -m "join" {words}
    """

    code = "PW-PLAN-01"


class BrokenHistory(Refusal):
    """
    {problem}
    Correct the file; nothing was changed.
    """

    code = "PW-PLAN-02"


class NothingToDo(Refusal):
    """
    the models and the head revision agree: there is nothing to plan
    Change a model first, or hand in a task: pgwright plan TASK.md
    """

    code = "PW-PLAN-03"


class HeadUnreachable(Refusal):
    """
    the head cannot be built on the shadow: {why}
    See which revision fails: pgwright prove --all
    """

    code = "PW-PLAN-04"


class NothingToReport(Refusal):
    """
    there is no planned change and no proof in .pgwright/ to report on
    Make one: pgwright plan TASK.md, then pgwright prove
    """

    code = "PW-REPORT-01"


class ForbiddenStep(Refusal):
    """
    {revision} holds a step that this project's policy forbids in {environment}: {what}
    No signature lets it through. Write it otherwise, or change [policy] on the main branch.
    See: pgwright explain-policy {revision}
    """

    code = "PW-GATE-49"


class BrokenSeal(Refusal):
    """
    the history is not what was sealed ({count} finding(s)): {first}
    {instead}
    All of it: {command}
    """

    code = "PW-GATE-50"
    exit_status = 1
