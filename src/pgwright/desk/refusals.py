"""Every reason for which a task is sent back. The docstring is the message."""

from __future__ import annotations

from collections.abc import Sequence

from pgwright.errors import Refusal


class EmptyTask(Refusal):
    """
    The task is empty{where}.
    Write what is wanted, e.g. "Task: Create migration to add 'nickname' column to Person model" (docs/tasks.md).
    """

    code = "PW-DESK-01"


class MissingContext(Refusal):
    """
    Required context is missing: {names}.
    {lines}
    """

    code = "PW-DESK-02"


class UnreadableTask(Refusal):
    """
    {what} cannot be read as a typed request: {text}
    {phrasings}
    """

    code = "PW-DESK-03"


class UnknownModel(Refusal):
    """
    There is no model or table {name} in this project.
    {near}
    """

    code = "PW-DESK-04"


class Contradiction(Refusal):
    """
    The task contradicts itself: {one}, but {other}.
    Correct the one that is wrong; pgwright does not choose.
    """

    code = "PW-DESK-05"


class MissingDetail(Refusal):
    """
    {what} needs {missing}.
    Add it to the context, e.g. "{example}".
    """

    code = "PW-DESK-06"


class UnreadableDocument(Refusal):
    """
    The task is not valid {format}: {problem}
    docs/tasks.md shows the form of each format.
    """

    code = "PW-DESK-07"


class TooLong(Refusal):
    """
    The task has {size} bytes; at most {limit} are read.
    Hand in the task itself, not the documents that it refers to.
    """

    code = "PW-DESK-08"


class SeveralTasks(Refusal):
    """
    The text holds {count} tasks; one is read at a time.
    Give each a file of its own, or list its parts under "Changes:".
    """

    code = "PW-DESK-09"


class UnknownEnvironment(Refusal):
    """
    Environment {name} is not known.
    Say development, staging or production{others}.
    """

    code = "PW-DESK-10"


class SeveralProblems(Refusal):
    """
    The task cannot be planned yet, for {count} reasons:
    {lines}
    """

    code = "PW-DESK-11"
    parts: tuple[Refusal, ...]

    @classmethod
    def of(cls, parts: Sequence[Refusal]) -> Refusal:
        """The one refusal, or all of them in one."""
        if len(parts) == 1:
            return parts[0]
        lines = "\n".join(f"- {p.message}" + "".join(f"\n  {line}" for line in p.hint.splitlines()) for p in parts)
        together = cls(count=len(parts), lines=lines)
        together.parts = tuple(parts)
        return together
