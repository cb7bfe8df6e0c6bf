"""capture: what the application sends to a database of the project, which is only read."""

from __future__ import annotations

from pgwright.event import Event, OnEvent, silent
from pgwright.hazards.target.facts import LIMITS
from pgwright.project import Settings
from pgwright.project.address import address_of
from pgwright.shadow.app_sql.captured import Captured, captured


def capture(settings: Settings, environment: str, role: str | None = None, on_event: OnEvent = silent) -> Captured:
    """The statements that pg_stat_statements knows. Raises NoStatements, and what an address refuses."""
    with address_of(settings, environment).session("capture") as conn:
        conn.execute(LIMITS)
        found = captured(conn, environment, role)
    out = "; ".join(f"{count} {why}" for why, count in found.left_out)
    told = f"{environment}: {len(found.statements)} statements" + (f"; left out: {out}" if out else "")
    on_event(Event("capture", told))
    return found
