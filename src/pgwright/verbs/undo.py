"""undo: bring an environment's database back to a recorded revision, by the way down that was proven."""

from __future__ import annotations

from pgwright.event import OnEvent, silent
from pgwright.project import Project
from pgwright.run.planned import Known, downwards
from pgwright.run.unit import Unit
from pgwright.verbs.apply import target
from pgwright.verbs.execution import Executed, How, execute


def undo(
    project: Project, environment: str, to: str, *, how: How | None = None, on_event: OnEvent = silent
) -> Executed:
    """Go down to `to`, a revision (or `base`) that is recorded there; never a number of steps."""

    def units(known: Known, heads: tuple[str, ...]) -> tuple[Unit, ...]:
        name = to if to == "base" else target(project, known, to)
        return downwards(known, heads, name, environment)

    return execute(project, environment, units, how or How(), on_event, back=True)
