"""pgwright explain-policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent

if TYPE_CHECKING:
    from pgwright.project import Project
    from pgwright.verbs.approve import Explained


@click.command("explain-policy")
@click.argument("revision", metavar="REV")
@click.option("--env", "environment", metavar="ENV", help="The environment; going back counts more in production.")
@click.option("--down", is_flag=True, help="For going back from the revision.")
@click.option("--document", is_flag=True, help="Print the escalation that goes to whoever decides, as Markdown.")
@shared
def command(revision: str, environment: str | None, down: bool, document: bool) -> None:
    """Show who decides over a proven revision, and which of its steps make it so.

    The kinds of step are read from the statements that the proof recorded and from what the server was seen to do. The
    strictest step decides. [policy] in pgwright.toml can make the rules stricter.

    \b
    Examples:
      pgwright explain-policy 20250303_person_email --env production
      pgwright explain-policy 20250303_person_email --document > escalation.md
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.gate.policy import worst_first
        from pgwright.records import to_json
        from pgwright.verbs.approve import explain_policy

        project = call.found()
        found = explain_policy(project, revision, environment, direction="down" if down else "up")
        if document:
            text = _document(project, found)
            return Answer({**to_json(found), "words": found.decision.words, "document": text}, lambda: text)
        lines = [f"{found.revision}: {found.decision.words}"]
        lines += [f"  {one.tier:<11} {one.words}: {one.what}" for one in worst_first(found.decision.steps)]
        return Answer({**to_json(found), "words": found.decision.words}, lambda: "\n".join(lines))

    answer({"format": "policy/1"}, run)


def _document(project: Project, found: Explained) -> str:
    from datetime import date, timedelta

    from pgwright.desk.escalation import escalation
    from pgwright.gate.policy import policy_of
    from pgwright.verbs.approve import proof_of

    today = date.today()
    due = today + timedelta(days=policy_of(project.settings.policy).days)
    proof = proof_of(project, found.revision)
    return escalation(proof, found.decision, agent="DBA (pgwright)", today=today, due=due)
