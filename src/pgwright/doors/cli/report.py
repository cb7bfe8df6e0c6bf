"""pgwright report."""

from __future__ import annotations

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.command("report")
@shared
def command() -> None:
    """Print the Migration Report in Markdown.

    Made from the records of plan and prove, never typed: changes, upgrade and downgrade, rollback test, next steps;
    below them approval, validation queries, deployment order, locks, rollback plan and what was not proven.

    \b
    Examples:
      pgwright report
      pgwright report > report.md
    """
    answer({"format": "report/1", "markdown": "", "errors": []}, _report)


def _report(call: Call, on_event: OnEvent) -> Answer:
    from pgwright.doors.cli.contract import verbs

    project = call.found()
    markdown = verbs().report(project, on_event)
    return Answer({"markdown": markdown}, lambda: markdown)
