"""pgwright prove."""

from __future__ import annotations

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.command("prove")
@click.argument("revision", required=False, metavar="[REV|A..B]")
@click.option(
    "--all", "everything", is_flag=True, help="Every revision of the history, and the whole history from empty."
)
@click.option(
    "--rows",
    type=click.Choice(["none", "plain", "hostile"]),
    default="plain",
    show_default=True,
    help="Rows in the tables that a revision touches. plain obeys all constraints and decides the verdict; hostile "
    "adds NULLs, duplicates and orphans and yields findings; none tries the catalog only.",
)
@click.option(
    "--trace/--no-trace", default=True, help="Record every message with its locks, rewrites and rows (default)."
)
@click.option(
    "--allow-unproven", is_flag=True, help="End with 0 when all that is wrong is that something could not be proven."
)
@click.option(
    "--major", type=click.IntRange(14, 99), metavar="N", help="Prove on PostgreSQL N; see pgwright pg install."
)
@click.option(
    "--server-url",
    envvar="PGWRIGHT_SERVER_URL",
    metavar="URL",
    help="Prove in throw-away databases of this server, which pgwright may create and drop. Better given in the "
    "environment variable PGWRIGHT_SERVER_URL: arguments are visible to other users.",
)
@shared
def command(
    revision: str | None,
    everything: bool,
    rows: str,
    trace: bool,
    allow_unproven: bool,
    major: int | None,
    server_url: str | None,
) -> None:
    """Prove revisions on a throw-away PostgreSQL.

    For each: up, validate, down to the recorded parent, compare catalog and rows, up again, compare with the first up.
    Without an argument the revisions are those that are new against the main branch, uncommitted files included;
    without git, the head. REV is an id or a unique beginning of one, A..B is after A up to B. Proofs go to
    .pgwright/proofs/.

    \b
    Examples:
      pgwright prove                              what is new here
      pgwright prove 4b9d21                       one revision
      pgwright prove 20240206_room..head          a range
      pgwright prove --all --rows none --json     the whole history, for CI
      pgwright prove --major 16                   on the major that production runs
    """
    if revision and everything:
        raise click.UsageError("Give a revision or --all, not both.")

    def prove(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.cli.contract import verbs
        from pgwright.doors.output import prove_output, prove_status
        from pgwright.doors.show.proofs import proofs

        project, room = call.found(), verbs()
        selection = room.Selection(text=revision, everything=everything)
        options = room.ProveOptions(rows=rows, trace=trace, major=major, server_url=server_url)
        done = room.prove(project, selection=selection, options=options, on_event=on_event)
        status = prove_status(done.proofs, done.errors, allow_unproven=allow_unproven)
        return Answer(dict(prove_output(done.proofs, done.errors)), lambda: proofs(done.proofs, done.errors), status)

    answer({"format": "prove/1", "revisions": [], "errors": []}, prove)
