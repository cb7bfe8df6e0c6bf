"""pgwright report."""

from __future__ import annotations

from pathlib import Path

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.command("report")
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False), metavar="FILE", help="Write the report to FILE as well."
)
@shared
def command(output: str | None) -> None:
    """Print the Migration Report of the latest change, in Markdown.

    Made from the records of plan and prove, never typed: changes, upgrade and downgrade, rollback test, next steps;
    below them approval, where it ran with the heads of the
    ledgers, validation queries, deployment order, locks, rollback plan and what was not proven. With --json
    it is the result for an orchestrator. Ends with 1 when not every revision is proven.

    \b
    Examples:
      pgwright report
      pgwright report -o report.md
      pgwright report --json
    """

    def report(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.desk.report import migration_report
        from pgwright.desk.result import result
        from pgwright.project.kept import kept_receipts
        from pgwright.verbs import latest

        change, proofs = latest(call.found())
        text = migration_report(change, proofs, tuple(kept_receipts(call.found())))
        if output:
            Path(output).write_text(text, encoding="utf-8")
        files = [r.file for r in change.revisions if r.file] if change else [p.file for p in proofs]
        outcome = result(change, proofs, files_changed=files)
        return Answer(dict(outcome), lambda: text, 0 if outcome["status"] == "completed" else 1)

    answer({"format": "report/1"}, report)
