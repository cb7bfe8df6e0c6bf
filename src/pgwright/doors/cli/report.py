"""pgwright report."""

from __future__ import annotations

from typing import Any

import click

from pgwright.doors.cli.call import Call, verb


@click.option("--output", "-o", type=click.Path(dir_okay=False), help="Write the report to this file as well.")
def report(call: Call, output: str | None) -> int:
    """The Migration Report of the latest change, from its records; with --json the result for an orchestrator."""
    from pathlib import Path

    from pgwright.desk.report import migration_report
    from pgwright.desk.result import result
    from pgwright.verbs import latest

    change, proofs = latest(call.project())
    text = migration_report(change, proofs)
    if output:
        Path(output).write_text(text, encoding="utf-8")
    files = [r.file for r in change.revisions if r.file] if change else [p.file for p in proofs]
    outcome = result(change, proofs, task_id=change.task.task_id if change else None, files_changed=files)

    def shown() -> Any:
        from rich.text import Text

        return Text(text.rstrip("\n"))

    call.show(outcome, shown)
    return 0 if outcome["status"] == "completed" else 1


command = verb(report)
