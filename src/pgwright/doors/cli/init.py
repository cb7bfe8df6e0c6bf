"""pgwright init."""

from __future__ import annotations

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.command("init")
@shared
def command() -> None:
    """Write pgwright.toml and the .gitignore lines.

    Nothing else in the project is touched, and what is there already stays as it is. Every other verb works without it;
    the file is where the interpreter, environment variables for env.py and the environments are named.

    \b
    Example:
      pgwright init
      pgwright --project ~/shop init
    """
    answer({"format": "init/1", "files": [], "lines": [], "errors": []}, _init)


def _init(call: Call, on_event: OnEvent) -> Answer:
    from pgwright.doors.cli.contract import verbs

    done = verbs().init(call.project.resolve(), on_event)
    lines = list(done.lines) or [f"wrote {file}" for file in done.files] or ["nothing to write"]
    return Answer({"files": list(done.files), "lines": list(done.lines)}, lambda: "\n".join(lines))
