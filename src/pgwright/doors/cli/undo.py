"""pgwright undo."""

from __future__ import annotations

import click

from pgwright.doors.cli.apply import FRAME
from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.command("undo")
@click.option("--env", "environment", required=True, metavar="ENV", help="An environment of pgwright.toml.")
@click.option("--to", required=True, metavar="REV", help="The recorded revision to go back to, or base.")
@click.option(
    "--ignore", multiple=True, type=click.Choice(["drift", "disk", "window"]), help="Overrule a precondition, knowingly."
)
@click.option("--tenant", metavar="SCHEMA", help="Only this tenant, where env.py loops over several.")
@click.option("--recycle", is_flag=True, help="End idle sessions when a column's type changes, as for apply.")
@shared
def command(environment: str, to: str, ignore: tuple[str, ...], tenant: str | None, recycle: bool) -> None:
    """Go back to a recorded revision, by the way down that was proven.

    REV must be recorded in the database; there is no relative form, because after a failed upgrade a relative one takes
    away the wrong revision. Steps, locks, journal and exit status are as for apply.

    \b
    Examples:
      pgwright undo --env staging --to 20250303_person_email
      pgwright undo --env dev --to base
    """

    def work(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.cli.interrupt import stopping
        from pgwright.doors.show.run import executed
        from pgwright.records import to_json
        from pgwright.run.policy import Policy
        from pgwright.verbs import How, undo

        with stopping() as asked:
            how = How(Policy(ignore=frozenset(ignore), recycle=recycle), call.python, tenant, stopping=asked)
            done = undo(call.found(), environment, to, how=how, on_event=on_event)
        return Answer(to_json(done), lambda: executed(done), int(any(r.state != "done" for r in done.receipts)))

    answer(FRAME, work)
