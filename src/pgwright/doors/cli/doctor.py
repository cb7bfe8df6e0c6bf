"""pgwright doctor."""

from __future__ import annotations

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.command("doctor")
@shared
def command() -> None:
    """Say what was found and what is missing.

    Looks at the Alembic trees, the interpreter, env.py, the models and the server. When env.py cannot be loaded, its
    first error is shown with the setting that is missing. When the models know fewer than half of the tables, that is
    said too: no drop is proposed from such metadata. Ends with 2 when something failed.

    \b
    Examples:
      pgwright doctor
      pgwright doctor --python .venv/bin/python
      pgwright doctor --json
    """
    answer({"format": "doctor/1", "checks": [], "errors": []}, _doctor)


def _doctor(call: Call, on_event: OnEvent) -> Answer:
    from pgwright.doors.cli.contract import verbs
    from pgwright.doors.show.doctor import doctor

    project = call.found()
    found = verbs().doctor(project, on_event)
    checks = [{"level": c.level, "name": c.name, "text": c.text, "hint": c.hint} for c in found.checks]
    status = 2 if any(c.level == "bad" for c in found.checks) else 0
    return Answer({"checks": checks}, lambda: doctor(found.checks), status)
