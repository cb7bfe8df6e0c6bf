"""pgwright status."""

from __future__ import annotations

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.command("status")
@shared
def command() -> None:
    """Show which revisions are proven, and what is outstanding.

    The revisions are those that are new against the main branch. Reads their files and the proofs on record; starts no
    server and connects to no database.

    \b
    Example:
      pgwright status
    """
    answer({"format": "status/1", "revisions": [], "heads": [], "notes": [], "errors": []}, _status)


def _status(call: Call, on_event: OnEvent) -> Answer:
    from pgwright.doors.cli.contract import verbs
    from pgwright.doors.show.status import status

    project = call.found()
    found = verbs().status(project, on_event)
    lines = [{"revision": one.revision, "verdict": one.verdict, "note": one.note} for one in found.lines]
    data = {"revisions": lines, "heads": list(found.heads), "notes": list(found.notes)}
    return Answer(data, lambda: status(found.lines, found.heads, found.notes))
