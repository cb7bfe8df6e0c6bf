"""The command reference, made from the commands' help: `python -m pgwright.doors.reference docs/reference/cli.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from pgwright.doors.cli import cli

HEAD = """# The command line

Made from the help of each verb. `--json` prints one object: `plan` a change, `report` a result, `prove`
the shape prove/1; their schemas are in [schemas/](schemas/). What kept a verb from its work is in `errors`: code, file,
line, message and hint.
"""


def reference() -> str:
    """The help of every command, one section each."""
    return "\n".join([HEAD, *(f"## {path}\n\n```\n{text}\n```\n" for path, text in _helps(cli, "pgwright"))])


def _helps(command: click.Command, path: str, above: click.Context | None = None) -> Iterator[tuple[str, str]]:
    name = path.split()[-1]
    ctx = command.make_context(name, [], parent=above, resilient_parsing=True, terminal_width=100)
    yield path, command.get_help(ctx)
    if isinstance(command, click.Group):
        for below in command.list_commands(ctx):
            inner = command.get_command(ctx, below)
            if inner is not None:
                yield from _helps(inner, f"{path} {below}", ctx)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
