"""pgwright explain-policy."""

from __future__ import annotations

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.command("explain-policy")
@click.argument("revision", metavar="REV")
@click.option("--env", "environment", metavar="ENV", help="The environment; going back counts more in production.")
@click.option("--down", is_flag=True, help="For going back from the revision.")
@shared
def command(revision: str, environment: str | None, down: bool) -> None:
    """Show who decides over a proven revision, and which of its steps make it so.

    The kinds of step are read from the statements that the proof recorded and from what the server was seen to do. The
    strictest step decides. [policy] in pgwright.toml can make the rules stricter.

    \b
    Example:
      pgwright explain-policy 20250303_person_email --env production
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.gate.policy import worst_first
        from pgwright.records import to_json
        from pgwright.verbs.approve import explain_policy

        found = explain_policy(call.found(), revision, environment, direction="down" if down else "up")
        lines = [f"{found.revision}: {found.decision.words}"]
        lines += [f"  {one.tier:<11} {one.words}: {one.what}" for one in worst_first(found.decision.steps)]
        return Answer({**to_json(found), "words": found.decision.words}, lambda: "\n".join(lines))

    answer({"format": "policy/1"}, run)
