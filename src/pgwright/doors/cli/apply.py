"""pgwright apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pgwright.doors.cli.call import Answer, Call, Json, answer, shared
from pgwright.event import OnEvent

if TYPE_CHECKING:
    from pgwright.verbs import Watched

FRAME = {"format": "run/1", "receipts": []}


@click.command("apply")
@click.option("--env", "environment", required=True, metavar="ENV", help="An environment of pgwright.toml.")
@click.option("--to", metavar="REV", help="Up to this revision; by default the head.")
@click.option(
    "--ignore", multiple=True, type=click.Choice(["drift", "disk", "window"]), help="Overrule a precondition, knowingly."
)
@click.option(
    "--recycle",
    is_flag=True,
    help="When a column's type changes, end idle sessions of the application: they would fail on prepared statements.",
)
@click.option("--tenant", metavar="SCHEMA", help="Only this tenant, where env.py loops over several.")
@click.option("--canary", metavar="SCHEMA", help="The tenant that goes first; by default the first by name.")
@click.option("--watch", "watching", is_flag=True, help="Go on as proofs, approvals, windows and locks allow, up to the head.")
@click.option(
    "--every", type=click.FloatRange(0.1, 3600), default=5.0, metavar="SECONDS", help="With --watch: how often it looks."
)
@click.option("--dry-run", is_flag=True, help="Show statements, locks, sizes and approvals needed; change nothing.")
@click.option("--sql", "as_sql", is_flag=True, help="Print one script for psql instead; change nothing.")
@shared
def command(
    environment: str,
    to: str | None,
    ignore: tuple[str, ...],
    recycle: bool,
    tenant: str | None,
    canary: str | None,
    watching: bool,
    every: float,
    dry_run: bool,
    as_sql: bool,
) -> None:
    """Apply proven revisions to a database, while the application goes on.

    Sends the very messages that the proof recorded, each step in one transaction with its journal row, under lock tries
    of 50 ms. Backfills go in batches. Whatever ends it, apply again goes on where it stopped. Ctrl-C pauses at the next
    boundary. Ends with 3 when it waits for a lock, an approval or a person, with 1 when the database ends up different
    from what was proven.

    With --watch it waits instead of ending with 3: what is proven and approved runs, and the rest as soon as it is ready.
    It ends with 0 at the head, with 3 when Ctrl-C ends it before. Each event is a line, with --json an object (event/1), and
    the last line is the answer.

    \b
    Examples:
      pgwright apply --env staging
      pgwright apply --env production --dry-run
      pgwright apply --env production --watch --json
      pgwright apply --env production --to 4b9d21 --json
      pgwright apply --env production --sql > change.sql
    """
    if dry_run + as_sql + watching > 1:
        raise click.UsageError("Give --dry-run, --sql or --watch, not two of them.")

    def work(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.cli.interrupt import stopping
        from pgwright.doors.show.run import executed
        from pgwright.records import to_json
        from pgwright.run.policy import Policy
        from pgwright.verbs import How, apply

        with stopping() as asked:
            how = How(Policy(ignore=frozenset(ignore), recycle=recycle), call.python, tenant, canary, stopping=asked)
            done = apply(call.found(), environment, to, how=how, on_event=on_event)
        return Answer(to_json(done), lambda: executed(done), int(any(r.state != "done" for r in done.receipts)))

    def keep_on(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.cli.interrupt import stopping
        from pgwright.doors.show.run import watched
        from pgwright.run.policy import Policy
        from pgwright.verbs import How, watch

        with stopping() as asked:
            how = How(Policy(ignore=frozenset(ignore), recycle=recycle), call.python, tenant, canary, stopping=asked)
            done = watch(call.found, environment, to, how=how, every=every, on_event=on_event)
        return Answer(as_json(done), lambda: watched(done), status(done))

    def look(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.show.preview import preview as shown
        from pgwright.records import to_json
        from pgwright.verbs import How, preview

        how = How(python=call.python, tenant=tenant, canary=canary)
        found = preview(call.found(), environment, to, how=how, on_event=on_event)
        return Answer(to_json(found), lambda: shown(found), 3 if found.approvals else 0)

    def write(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.verbs import script

        text = script(call.found(), environment, to, on_event=on_event)
        return Answer({"format": "script/1", "sql": text}, lambda: text)

    done = look if dry_run else write if as_sql else keep_on if watching else work
    answer({"format": "preview/1"} if dry_run else FRAME, done, lines=watching)


def as_json(done: Watched) -> Json:
    """The shape run/1, with what it still waits for."""
    from pgwright.doors.error_output import error_of
    from pgwright.records import to_json

    executed = {"environment": done.environment, "before": list(done.before), "after": list(done.after)}
    waiting = error_of(done.waiting) if done.waiting else None
    return {**executed, "receipts": [to_json(one) for one in done.receipts], "waiting": waiting, "format": "run/1"}


def status(done: Watched) -> int:
    """1 for a Receipt that is not done, 0 at the head, else that of what it waits for; a proof is waited for like a person."""
    from pgwright.run.refusals import NotProven

    if any(one.state != "done" for one in done.receipts):
        return 1
    if done.waiting is None:
        return 0
    return 3 if isinstance(done.waiting, NotProven) else done.waiting.exit_status
