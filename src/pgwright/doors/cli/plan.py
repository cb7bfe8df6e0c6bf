"""pgwright plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent

if TYPE_CHECKING:
    from pgwright.interpreter import Loaded, ModelClass
    from pgwright.project import Project
    from pgwright.records import Task
    from pgwright.verbs import TaskOf


def _renames(ctx: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = [text.partition("=") for text in given]
    for (old, _, new), text in zip(pairs, given, strict=True):
        if not old.strip() or not new.strip():
            raise click.BadParameter(f"{text!r} is not old=new, such as people.dob=date_of_birth", ctx, option)
    return tuple((old.strip(), new.strip()) for old, _, new in pairs)


@click.command("plan")
@click.argument(
    "task", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True), metavar="[TASK.md]"
)
@click.option("--models", is_flag=True, help="Plan what the models have and the database at head has not.")
@click.option(
    "-m", "--message", metavar="MSG", help="What the change is for; becomes the revisions' message. With --models."
)
@click.option(
    "--rename",
    "renames",
    multiple=True,
    metavar="OLD=NEW",
    callback=_renames,
    help="A table or column (table.column) that was renamed, not dropped and added. Never guessed; may be repeated.",
)
@click.option("--rewrite", metavar="REV", help="Take the newest revision, written by hand, apart into phased ones.")
@click.option("--write/--dry-run", default=True, help="Write the revision files (default), or only show them.")
@shared
def command(
    task: str | None,
    models: bool,
    message: str | None,
    renames: tuple[tuple[str, str], ...],
    rewrite: str | None,
    write: bool,
) -> None:
    """Design a change and write its Alembic revisions.

    TASK.md is a delegation prompt, YAML or JSON (docs/tasks.md); - reads standard input. With --models the difference
    between your models and the database at head is the task. One revision is written per phase: expand, backfill,
    enforce, contract. What is written is a draft: planning needs no approval, and gives none.

    With --rewrite a revision that mixes data and schema is replaced by revisions that do the same in batches and without
    holding up the application; that they do the same is seen on a filled shadow, catalog and rows, or nothing changes.

    \b
    Examples:
      pgwright plan tasks/add-notification-preferences.md
      pgwright plan --models -m "add invoices"
      pgwright plan --models -m "birth dates" --rename people.dob=date_of_birth --dry-run
      pgwright plan --rewrite 4b9d21
    """
    given = [bool(task), models, bool(rewrite)].count(True)
    if given != 1:
        raise click.UsageError("Give a task file, --models or --rewrite" + (", only one of them." if given else "."))
    if models and not message:
        raise click.UsageError('--models needs a message: -m "add invoices".')
    if not models and (message or renames):
        raise click.UsageError("-m and --rename belong to --models; a task file says both itself.")

    def plan(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.show.change import change as shown
        from pgwright.records import to_json
        from pgwright.shadow.stage import Options
        from pgwright.verbs import Wish, plan

        project = call.found()
        # traced: prove starts from the same image
        wish = Wish(python=call.python, options=Options(rows="none"), server_url=call.server_url)
        change = plan(
            project,
            task_of(project, task) if task else None,
            wish=wish,
            message=message or "",
            renames=dict(renames),
            write=write,
            on_event=on_event,
        )
        return Answer(to_json(change), lambda: shown(change, written=write))

    def apart(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.show.change import change as shown
        from pgwright.records import to_json
        from pgwright.shadow.stage import Options
        from pgwright.verbs import Wish
        from pgwright.verbs import rewrite as taken_apart

        wish = Wish(python=call.python, options=Options(), server_url=call.server_url)
        change = taken_apart(call.found(), str(rewrite), wish=wish, write=write, on_event=on_event)
        return Answer(to_json(change), lambda: shown(change, written=write))

    answer({"format": "plan/1"}, apart if rewrite else plan)


def task_of(project: Project, name: str) -> TaskOf:
    """Reads the task at once, and understands it when the project's models are known."""
    from pgwright.desk.delegation import read
    from pgwright.desk.survey import survey

    with click.open_file(name, encoding="utf-8", errors="replace") as file:
        text = file.read()
    source = "" if name == "-" else Path(name).name

    def understood(loaded: Loaded, classes: Sequence[ModelClass]) -> Task:
        return read(text, known=survey(project, loaded, classes), source=source)

    return understood
