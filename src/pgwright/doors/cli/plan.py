"""pgwright plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgwright.doors.cli.call import Call, verb
from pgwright.errors import Refusal

if TYPE_CHECKING:
    from pgwright.interpreter import Loaded, ModelClass
    from pgwright.records import Task
    from pgwright.verbs import TaskOf


class WhatToPlan(Refusal):
    """
    plan needs either a task file or --models
    pgwright plan TASK.md, or: pgwright plan --models -m "what changed"
    """

    code = "PW-CLI-01"


class BadRename(Refusal):
    """
    {text!r} is no rename
    Write --rename old_table=new_table, or --rename table.old_column=new_column
    """

    code = "PW-CLI-02"


@click.argument("task", required=False, type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--models", is_flag=True, help="Plan what the models ask for, against the head revision.")
@click.option("-m", "--message", default="", help="What the change is, in a few words.")
@click.option(
    "--rename", "renames", multiple=True, metavar="OLD=NEW", help="A hint: this is a rename, no drop and add."
)
@click.option("--dry-run", is_flag=True, help="Show the change; write nothing.")
def plan(call: Call, task: str | None, models: bool, message: str, renames: tuple[str, ...], dry_run: bool) -> int:
    """Design a change and write its revisions: one phase each, reversible, in the project's own style.

    TASK is a delegation prompt (text or Markdown), YAML or JSON; - reads standard input.
    """
    from pgwright.records import to_json
    from pgwright.shadow.stage import Options
    from pgwright.verbs import Wish
    from pgwright.verbs import plan as do

    if (task is None) == (not models):
        raise WhatToPlan()
    wish = Wish(python=call.python, options=Options(rows="none"))  # traced: prove starts from the same image
    project = call.project()
    with call.progress() as listen:
        change = do(
            project,
            _task_of(call, task) if task else None,
            wish=wish,
            message=message,
            renames=_pairs(renames),
            write=not dry_run,
            on_event=listen,
        )

    def shown() -> Any:
        from pgwright.doors.show.change import change as render

        return render(change, written=not dry_run)

    call.show(to_json(change), shown)
    return 0


def _task_of(call: Call, name: str) -> TaskOf:
    """Reads the task once the project's models are known."""
    from pgwright.desk.delegation import read
    from pgwright.desk.survey import survey

    with click.open_file(name, encoding="utf-8", errors="replace") as file:
        text = file.read()
    project = call.project()

    def task_of(loaded: Loaded, classes: Sequence[ModelClass]) -> Task:
        return read(text, known=survey(project, loaded, classes), source="" if name == "-" else Path(name).name)

    return task_of


def _pairs(renames: Sequence[str]) -> dict[str, str]:
    out = {}
    for text in renames:
        old, equals, new = text.partition("=")
        if not (old and equals and new):
            raise BadRename(text=text)
        out[old] = new
    return out


command = verb(plan)
