"""pgwright run: steering apply and undo from another terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent

if TYPE_CHECKING:
    from pgwright.project.address import Address
    from pgwright.run.steer import RunState

FRAME = {"format": "run-status/1"}
ENVIRONMENT = click.option("--env", "environment", required=True, metavar="ENV", help="An environment of pgwright.toml.")
WHY = click.option("--why", default="", metavar="TEXT", help="Kept in the journal, and shown by the run.")


@click.group("run")
@shared
def command() -> None:
    """Show, pause, resume, throttle or cancel a run from another terminal.

    What is asked for stands in a row of the target database; the run obeys between two batches or steps, and while it
    waits for a lock.

    \b
    Examples:
      pgwright run status --env production
      pgwright run pause --env production --why "checkout is slow"
      pgwright run throttle 0.3 --env production
      pgwright run resume --env production
      pgwright run cancel --env production
    """


@command.command("status")
@ENVIRONMENT
@shared
def status(environment: str) -> None:
    """Show where the run stands, and which indexes are invalid."""
    from pgwright.run.steer import state

    _steer(environment, state)


@command.command("pause")
@ENVIRONMENT
@WHY
@shared
def pause(environment: str, why: str) -> None:
    """Stop the run where nothing is half done; apply goes on."""
    from pgwright.run.steer import ask

    _steer(environment, lambda address: ask(address, "pause", why))


@command.command("resume")
@ENVIRONMENT
@shared
def resume(environment: str) -> None:
    """Take a pause back. A run that has ended already goes on with apply."""
    from pgwright.run.steer import ask

    _steer(environment, lambda address: ask(address, "run"))


@command.command("throttle")
@click.argument("duty", type=click.FloatRange(0, 1, min_open=True))
@ENVIRONMENT
@WHY
@shared
def throttle(duty: float, environment: str, why: str) -> None:
    """Let a backfill work DUTY of the time, between 0 and 1."""
    from pgwright.run.steer import throttle

    _steer(environment, lambda address: throttle(address, duty, why))


@command.command("cancel")
@ENVIRONMENT
@WHY
@shared
def cancel(environment: str, why: str) -> None:
    """End the run where nothing is half done; what is done stays, and undo may follow."""
    from pgwright.run.steer import ask

    _steer(environment, lambda address: ask(address, "cancel", why))


def _steer(environment: str, act: Callable[[Address], RunState]) -> None:
    def work(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.show.run import state as shown
        from pgwright.project.address import address_of
        from pgwright.records import to_json

        found = act(address_of(call.found().settings, environment))
        return Answer(to_json(found), lambda: shown(found))

    answer(FRAME, work)
