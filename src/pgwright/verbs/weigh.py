"""The verb behind `check --env`: findings weighed by the database of an environment, which is only read."""

from __future__ import annotations

from pgwright.event import Event, OnEvent, silent
from pgwright.hazards.checked import Checked
from pgwright.hazards.target.facts import look
from pgwright.hazards.target.weigh import weighed
from pgwright.project import Settings
from pgwright.project.address import address_of


def weigh(settings: Settings, environment: str, checked: Checked, on_event: OnEvent = silent) -> Checked:
    """The findings with other severities and estimates. Raises what an address refuses; nothing found asks nobody."""
    if not checked.findings:
        return checked
    with address_of(settings, environment).session("check") as conn:
        target = look(conn, environment)
    on_event(Event("target", f"{environment}: {len(target.relations)} relations, read only"))
    return weighed(checked, target)
