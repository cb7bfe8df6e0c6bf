"""One call of the command line: the options that every verb takes, and how its answer leaves."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent, silent

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pgwright.project import Project

Json = dict[str, Any]
F = TypeVar("F", bound=Callable[..., Any])
BROKEN = "PW-DOORS-02"  # an error of ours


@dataclass
class Call:
    """What was said before or after the verb."""

    project: Path = field(default_factory=Path)
    tree: str | None = None
    python: str | None = None
    server_url: str | None = field(default=None, repr=False)
    json: bool = False
    quiet: bool = False
    lines: bool = False  # the verb tells what happens line by line

    def found(self) -> Project:
        """The project around the directory."""
        from pgwright.project import find

        return find(self.project, tree=self.tree)


@dataclass(frozen=True)
class Answer:
    """What a verb came to: the JSON, what a person sees instead, and the exit status."""

    data: Json | Callable[[], Json]  # made only where it is printed
    shown: Callable[[], RenderableType | str]
    status: int = 0


def shared(function: F) -> F:
    """The options of every verb; they may stand before the verb or after it."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def answer(frame: Json, work: Callable[[Call, OnEvent], Answer], *, lines: bool = False) -> None:
    """Do the work, print its answer, end with its status. `frame` is the JSON around errors when there is no answer.

    With `lines` events are lines with their time, and with --json each is an object in a line of its own before the answer.
    """
    ctx = click.get_current_context()
    call = ctx.ensure_object(Call)
    call.lines = lines
    try:
        done = _done(call, work)
    except Refusal as refusal:
        from pgwright.doors.error_output import errors_of

        _refuse(call, frame, errors_of(refusal))
        ctx.exit(refusal.exit_status)
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        traceback.print_exc()
        what = f"internal error: {type(error).__name__}: {error}"
        hint = "This is a fault of pgwright. Please report it with the lines above."
        _refuse(call, frame, [{"code": BROKEN, "file": None, "line": None, "message": what, "hint": hint}])
        ctx.exit(2)
    _print(call, done)
    ctx.exit(done.status)


def print_json(data: Json, *, line: bool = False) -> None:
    """The one object that --json prints, or one of several in a line of its own."""
    print(json.dumps(data, ensure_ascii=False, indent=None if line else 2), flush=True)


def _done(call: Call, work: Callable[[Call, OnEvent], Answer]) -> Answer:
    if call.quiet:
        return work(call, silent)
    if call.lines:
        return work(call, _as_object if call.json else _with_time)
    if call.json or not sys.stderr.isatty():
        return work(call, _plainly)
    from pgwright.doors.show.progress import progress

    with progress(sys.stderr) as on_event:
        return work(call, on_event)


def _plainly(event: Event) -> None:
    from pgwright.doors.show.progress import line

    click.echo(line(event), err=True)


def _with_time(event: Event) -> None:
    from pgwright.doors.show.progress import line

    click.echo(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line(event)}", err=True)


def _as_object(event: Event) -> None:
    print_json({"format": "event/1", "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", **asdict(event)}, line=True)


def _print(call: Call, done: Answer) -> None:
    if call.json:
        print_json(done.data() if callable(done.data) else done.data, line=call.lines)
        return
    shown = done.shown()
    if isinstance(shown, str):
        click.echo(shown, nl=not shown.endswith("\n"))
        return
    from pgwright.doors.show.plain import emit

    emit(shown, sys.stdout)


def _refuse(call: Call, frame: Json, errors: Any) -> None:
    from pgwright.doors.show.plain import emit
    from pgwright.doors.show.refusal import errors as shown

    emit(shown(errors), sys.stderr)
    if call.json:
        print_json({**frame, "errors": errors}, line=call.lines)


def _keep(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    """Remember an option in the call; one left out keeps what was said before the verb."""
    call = ctx.ensure_object(Call)
    if option.name and value not in (None, False):
        setattr(call, option.name, Path(value) if option.name == "project" else value)


def _keep_bin(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
    """The servers' own finder reads this variable."""
    if value:
        os.environ["PGWRIGHT_PG_BIN"] = value


_OPTIONS: tuple[Callable[[F], F], ...] = (
    click.option(
        "--project",
        "-C",
        type=click.Path(exists=True, file_okay=False),
        metavar="DIR",
        expose_value=False,
        callback=_keep,
        help="Directory of the project; by default the one you are in.",
    ),
    click.option(
        "--tree",
        metavar="NAME",
        expose_value=False,
        callback=_keep,
        help="Alembic tree to use where there are several, as doctor names them: alembic.ini, alembic.ini:audit.",
    ),
    click.option(
        "--python",
        metavar="CMD",
        expose_value=False,
        callback=_keep,
        help='The interpreter that runs your env.py, e.g. .venv/bin/python or "docker compose exec -T api python".',
    ),
    click.option(
        "--pg-bin",
        type=click.Path(exists=True, file_okay=False),
        metavar="DIR",
        expose_value=False,
        callback=_keep_bin,
        help="Folder with initdb and postgres for the throw-away server.",
    ),
    click.option(
        "--server-url",
        metavar="URL",
        expose_value=False,
        callback=_keep,
        help="A running PostgreSQL to work on instead of a server of pgwright's own: databases pgwright_… are made "
        "there and dropped at the end. A password is better kept in a variable: server_url_env in pgwright.toml.",
    ),
    click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_keep,
        help="Print one JSON object on standard output and nothing else there.",
    ),
    click.option("-q", "--quiet", is_flag=True, expose_value=False, callback=_keep, help="Show no progress."),
)
