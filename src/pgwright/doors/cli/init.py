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
      pgwright init --project ~/shop
    """
    answer({"format": "init/1", "written": []}, _init)


def _init(call: Call, on_event: OnEvent) -> Answer:
    from pgwright.verbs import init

    root = call.project.resolve()
    written = [str(path.relative_to(root)) for path in init(root)]
    lines = [f"wrote {name}" for name in written] or ["nothing to write: it is all there"]
    return Answer({"format": "init/1", "written": written}, lambda: "\n".join(lines))
