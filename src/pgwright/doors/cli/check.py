"""pgwright check."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent

if TYPE_CHECKING:
    from rich.console import RenderableType

    from pgwright.hazards.checked import Checked
    from pgwright.hazards.settings import Checking
    from pgwright.verbs.fix import Fixed

Format = Literal["text", "json", "sarif", "github", "markdown", "junit"]
Level = Literal["error", "warning", "info"]


@click.command("check")
@click.argument("what", nargs=-1, metavar="[REV|FILE|A..B]...")
@click.option(
    "--sql", is_flag=True, help="The arguments are SQL files: of Flyway, Prisma, dbmate, goose, Sqitch, or plain."
)
@click.option("--all", "whole", is_flag=True, help="Every revision of the history.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github", "markdown", "junit"]),
    default="text",
    show_default=True,
    help="sarif for code scanning, github for annotations, markdown for a comment, junit for a test report.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    help="Findings from this level on end with 1.  [default: fail_level in pgwright.toml, else error]",
)
@click.option("--start-after", metavar="REV", help="Leave out the history up to this revision.")
@click.option(
    "--major",
    type=click.IntRange(14, 99),
    multiple=True,
    metavar="N",
    help="PostgreSQL major that it is for; may be given more than once.",
)
@click.option(
    "--env",
    "environment",
    metavar="ENV",
    help="Weigh findings by the sizes, writes and statements of that database. It is only read.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="First write the corrected form of what has one, in revisions that are not yet on the main branch nor applied.",
)
@shared
def command(
    what: tuple[str, ...],
    sql: bool,
    whole: bool,
    form: Format,
    fail_on: Level | None,
    start_after: str | None,
    major: tuple[int, ...],
    environment: str | None,
    fix: bool,
) -> None:
    """Say what revisions would do to a live system, by reading them: no database.

    Each revision's upgrade() and downgrade() run against a recorder, so loops, helpers and hidden indexes are seen as the
    SQL that they send. Without an argument the revisions are those that are new against the main branch. A comment
    `# pgwright: allow[RULE] reason="..." until=2027-01-31` on or above a call accepts a finding there.

    \b
    Examples:
      pgwright check                              what is new here
      pgwright check 4b9d21 migrations/x.py       revisions by id or by file
      pgwright check --all --format sarif         the whole history, for code scanning
      pgwright check --sql db/migration/*.sql     SQL files, in that order
      pgwright check --fix                        correct what is new where there is a form
    """
    if sql and (whole or not what):
        raise click.UsageError("--sql wants files, and nothing else that names revisions.")
    if what and whole:
        raise click.UsageError("Give revisions or --all, not both.")
    if fix and (sql or whole):
        raise click.UsageError("--fix rewrites revisions that are new, or that you name.")

    gc.disable()  # this process ends with its answer: a tenth of its time would go into looking for garbage

    def check(call: Call, on_event: OnEvent) -> Answer:
        from pgwright import verbs_check as verb
        from pgwright.doors.check_output import check_output, check_status
        from pgwright.hazards.settings import read
        from pgwright.project import find
        from pgwright.project.settings import read_settings

        project = None if sql else find(call.project, tree=call.tree)
        root = project.root if project else Path()
        settings = project.settings if project else read_settings(call.project.resolve())
        chosen = _chosen(read(settings), fail_on, start_after, major)
        fixed: tuple[Fixed, ...] = ()
        if project is None:
            checked = verb.check_sql([Path(one) for one in what], chosen=chosen, on_event=on_event)
        elif fix:
            from pgwright.verbs.fix import fix as corrected

            checked, fixed = corrected(project, what, python=call.python, chosen=chosen, on_event=on_event)
        else:
            checked = verb.check(project, what, whole=whole, python=call.python, chosen=chosen, on_event=on_event)
        if environment:
            from pgwright.verbs.weigh import weigh

            checked = weigh(settings, environment, checked, on_event)
        status = check_status(checked, chosen.fail_level)
        call.json = call.json or form == "json"
        gc.freeze()  # nor at the very end, when Python looks once more
        return Answer(lambda: check_output(checked, fixed if fix else None), _shown(checked, form, root), status)

    answer({"format": "check/1", "findings": [], "revisions": [], "allowed": []}, check)


def _chosen(read: Checking, fail_on: Level | None, start_after: str | None, majors: tuple[int, ...]) -> Checking:
    """The settings of the file, as far as the command line says nothing else."""
    return replace(
        read,
        fail_level=fail_on or read.fail_level,
        start_after=start_after or read.start_after,
        majors=majors or read.majors,
    )


def _shown(checked: Checked, form: Format, root: Path) -> Callable[[], RenderableType | str]:
    """What a person or a service gets; each format is a file of `show/findings/`."""

    def show() -> RenderableType | str:
        drawn: RenderableType | str = import_module(f"pgwright.doors.show.findings.{form}").shown(checked, root)
        return drawn

    return show
