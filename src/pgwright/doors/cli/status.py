"""pgwright status."""

from __future__ import annotations

from dataclasses import dataclass

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@dataclass(frozen=True, slots=True)
class Line:
    """One new revision."""

    revision: str
    verdict: str
    note: str


@click.command("status")
@shared
def command() -> None:
    """Show which revisions are new, and which of them are proven.

    New is what the main branch does not have as it is. Reads revision files and the proofs on record; starts no server
    and runs nothing of the project. A proof of a file that was changed since is stale.

    \b
    Example:
      pgwright status
    """
    answer({"format": "status/1"}, _status)


def _status(call: Call, on_event: OnEvent) -> Answer:
    from pgwright.doors.show.status import status as shown
    from pgwright.records import to_json
    from pgwright.verbs import status

    found = status(call.found(), on_event)
    lines = [Line(r.revision, r.verdict, f"{r.why}: {r.file}") for r in found.new]
    return Answer(to_json(found), lambda: shown(lines, found.heads))
