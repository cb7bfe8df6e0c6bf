"""One call of the command line: the common options, and how results and refusals leave."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgwright.errors import Refusal

if TYPE_CHECKING:
    from pgwright.event import OnEvent
    from pgwright.project import Project


@dataclass(slots=True)
class Call:
    """The options that stand before the verb; `--json` may stand behind it as well."""

    directory: str
    tree: str | None
    python: str | None
    as_json: bool

    def project(self) -> Project:
        """The project around the directory."""
        from pgwright.project import find

        return find(Path(self.directory), tree=self.tree)

    @contextmanager
    def progress(self) -> Iterator[OnEvent]:
        """A listener that shows events on standard error."""
        from pgwright.doors.show.progress import progress

        with progress(sys.stderr) as listen:
            yield listen

    def show(self, value: object, shown: Callable[[], Any]) -> None:
        """`value` as JSON with --json, else what `shown` renders, for people."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))
            return
        from pgwright.doors.show.plain import emit

        emit(shown(), sys.stdout)


def verb(function: Callable[..., int]) -> click.Command:
    """A command with --json whose function gets the Call first and returns the exit status; refusals become text or E."""

    def run(ctx: click.Context, /, as_json: bool, **options: Any) -> None:
        call: Call = ctx.obj
        call.as_json = call.as_json or as_json
        try:
            status = function(call, **options)
        except Refusal as refusal:
            status = refused(call, refusal, ctx.command.name or "")
        ctx.exit(status)

    wrapped = update_wrapper(click.pass_context(run), function)
    options = getattr(function, "__click_params__", [])
    wrapped.__click_params__ = options  # type: ignore[attr-defined]
    command = click.command(function.__name__)(wrapped)
    command.params.append(click.Option(["--json", "as_json"], is_flag=True, help="One JSON object on standard output."))
    return command


def refused(call: Call, refusal: Refusal, name: str) -> int:
    """Tell a refusal: what, why, what to do next."""
    from pgwright.doors.output import errors_of

    errors = errors_of(refusal)
    if call.as_json:
        found: dict[str, Any] = {"format": f"{name}/1", "errors": errors}
        if name == "prove":
            found["revisions"] = []
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        from pgwright.doors.show.plain import emit
        from pgwright.doors.show.refusal import errors as shown

        emit(shown(errors), sys.stderr)
    return refusal.exit_status
