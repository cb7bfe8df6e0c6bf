"""What an apply would do, as a preview or as a script for psql; nothing is changed, no journal is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pgwright.event import OnEvent, silent
from pgwright.project import Project
from pgwright.project.address import address_of
from pgwright.run import origin
from pgwright.run.approval import Asked
from pgwright.run.planned import Known, upwards
from pgwright.run.preview import Preview
from pgwright.run.preview import preview as previewed
from pgwright.run.script import script as scripted
from pgwright.run.session import Session, opened
from pgwright.run.unit import Unit
from pgwright.verbs.apply import target
from pgwright.verbs.execution import How, known_of
from pgwright.verbs.gatekeeper import gatekeeper
from pgwright.verbs.way import way_of

Ahead = tuple[Session, tuple[str, ...], tuple[Unit, ...]]


def preview(
    project: Project, environment: str, to: str | None = None, *, how: How | None = None, on_event: OnEvent = silent
) -> Preview:
    """Statements, locks, sizes and approvals needed, against the database as it is now."""
    how = how or How()
    with _ahead(project, environment, to, how, on_event) as (session, before, units):
        asked = Asked(session.address.environment, session.about, units, session.is_guarded)
        answer = (how.gate or gatekeeper(project))(asked)
        return previewed(session, before, units, answer)


def script(project: Project, environment: str, to: str | None = None, *, on_event: OnEvent = silent) -> str:
    """One script that psql runs. Raises NoScript for a revision that cannot be replayed."""
    with _ahead(project, environment, to, How(), on_event) as (session, before, units):
        return scripted(session, before, units)


@contextmanager
def _ahead(project: Project, environment: str, to: str | None, how: How, on_event: OnEvent) -> Iterator[Ahead]:
    known: Known = known_of(project)
    with opened(address_of(project.settings, environment), on_event=on_event) as session:
        origin.require(session, project.root)

        def units(known: Known, heads: tuple[str, ...]) -> tuple[Unit, ...]:
            return upwards(known, heads, target(project, known, to), environment)

        way = way_of(session, known, units, how.tenant, how.canary)
        yield session, way.heads(session), way.units

