"""pgwright prove."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent

Profile = Literal["none", "plain", "hostile"]
NOTHING = "Nothing is new against the main branch. The whole history: pgwright prove --all"


@click.command("prove")
@click.argument("revision", required=False, metavar="[REV|A..B]")
@click.option("--all", "whole", is_flag=True, help="Every revision of the history, and the whole history from empty.")
@click.option(
    "--rows",
    type=click.Choice(["none", "plain", "hostile"]),
    default="plain",
    show_default=True,
    help="Rows in the tables that a revision touches. plain obeys all constraints and decides the verdict; hostile "
    "adds NULLs, duplicates and orphans and yields findings; none tries the catalog only.",
)
@click.option(
    "--trace",
    type=click.Choice(["on", "off"]),
    default="on",
    show_default=True,
    help="Record every message with its locks, rewrites and rows.",
)
@click.option("--no-trace", is_flag=True, help="The same as --trace off.")
@click.option("--seed", type=int, default=1, show_default=True, help="Rows are the same for the same seed.")
@click.option("--allow-unproven", is_flag=True, help="End with 0 when all that is wrong is what could not be proven.")
@click.option(
    "--major", type=click.IntRange(14, 99), metavar="N", help="Prove on PostgreSQL N; see pgwright pg install."
)
@click.option(
    "--old-code",
    metavar="REF",
    help="Also try what the models at REF (base: where this branch left the main one) and the present ones can do in "
    "every phase: select, insert, update, delete.",
)
@click.option(
    "--app-sql",
    "files",
    type=click.Path(dir_okay=False, path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Also try the statements in FILE before and after each revision: plain SQL; parameters are $1, %(name)s, %s or "
    ":name. May be given again. Without it: app_sql of pgwright.toml.",
)
@shared
def command(
    revision: str | None,
    whole: bool,
    rows: Profile,
    trace: str,
    no_trace: bool,
    seed: int,
    allow_unproven: bool,
    major: int | None,
    old_code: str | None,
    files: tuple[Path, ...],
) -> None:
    """Prove revisions on a throw-away PostgreSQL.

    For each: up, validate, down to the recorded parent, compare catalog and rows, up again, compare with the first up.
    An upgrade whose messages can be no others (they are its offline rendering, in one transaction) is sent again for
    that instead of run again; where the server refuses it, or it ends elsewhere, env.py runs and decides.
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
      pgwright prove --old-code base              with what the running release can do in each phase
      pgwright prove --app-sql app.sql            with the statements that it sends
    """
    if revision and whole:
        raise click.UsageError("Give a revision or --all, not both.")

    def prove(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.error_output import error_of
        from pgwright.doors.output import prove_output, prove_status
        from pgwright.doors.show.proofs import proofs as shown
        from pgwright.shadow.app_sql import AppSql
        from pgwright.shadow.stage import Options
        from pgwright.verbs import Wish, prove
        from pgwright.verbs.app_sql import app_sql_of

        options = Options(rows, trace == "on" and not no_trace, seed)
        project = call.found()
        sent = app_sql_of(project, files)
        errors = [error_of(one) for one in sent.refused]
        wish = Wish(call.python, major, options, old_code, sent if sent != AppSql() else None, call.server_url)
        proofs = prove(project, revision, whole=whole, wish=wish, on_event=on_event)
        status = prove_status(proofs, errors, allow_unproven=allow_unproven)
        told = proofs or errors
        return Answer(dict(prove_output(proofs, errors)), lambda: shown(proofs, errors) if told else NOTHING, status)

    answer({"format": "prove/1", "revisions": []}, prove)
