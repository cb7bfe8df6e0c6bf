"""pgwright apply."""

from __future__ import annotations

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent

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
    dry_run: bool,
    as_sql: bool,
) -> None:
    """Apply proven revisions to a database, while the application goes on.

    Sends the very messages that the proof recorded, each step in one transaction with its journal row, under lock tries
    of 50 ms. Backfills go in batches. Whatever ends it, apply again goes on where it stopped. Ctrl-C pauses at the next
    boundary. Ends with 3 when it waits for a lock, an approval or a person, with 1 when the database ends up different
    from what was proven.

    \b
    Examples:
      pgwright apply --env staging
      pgwright apply --env production --dry-run
      pgwright apply --env production --to 4b9d21 --json
      pgwright apply --env production --sql > change.sql
    """
    if dry_run and as_sql:
        raise click.UsageError("Give --dry-run or --sql, not both.")

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

    answer({"format": "preview/1"} if dry_run else FRAME, look if dry_run else write if as_sql else work)
