"""apply: bring an environment's database up to a revision, by the steps that were proven."""

from __future__ import annotations

from pgwright.event import OnEvent, silent
from pgwright.project import Project, select
from pgwright.run.planned import Known, upwards
from pgwright.run.unit import Unit
from pgwright.verbs.execution import Executed, How, execute
from pgwright.verbs.refusals import Heads


def apply(
    project: Project, environment: str, to: str | None = None, *, how: How | None = None, on_event: OnEvent = silent
) -> Executed:
    """Apply what lies between the recorded revisions and `to` (default: the head); a half applied one is resumed."""
    chosen = how or How()

    def units(known: Known, heads: tuple[str, ...]) -> tuple[Unit, ...]:
        return upwards(known, heads, target(project, known, to), environment, as_far=chosen.as_far)

    return execute(project, environment, units, chosen, on_event)


def target(project: Project, known: Known, to: str | None) -> str:
    """The one revision that is meant. Raises Heads when there are several and none was named."""
    found = select(known.history, to or "head")
    if len(found) != 1:
        raise Heads(count=len(found), heads=", ".join(found), words=" ".join(found))
    return found[0]
