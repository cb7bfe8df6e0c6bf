"""pgwright adopt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent

if TYPE_CHECKING:
    from pgwright.verbs.adopt import Adopted


@click.command("adopt")
@click.option("--prove/--no-prove", default=True, help="Prove every revision from empty (default), or only seal them.")
@shared
def command(prove: bool) -> None:
    """Take over an existing history: seal it as it is, and say what each revision is worth.

    Writes migrations.sum and the proofs, and rewrites no revision. A refuted revision of the past does not fail the
    command: it cannot be changed any more, and what it left behind is for a new revision to repair.

    \b
    Examples:
      pgwright adopt
      pgwright adopt --no-prove              the sums only, in seconds
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.records import to_json
        from pgwright.verbs import Wish
        from pgwright.verbs.adopt import adopt

        done = adopt(call.found(), proofs=prove, wish=Wish(python=call.python), on_event=on_event)
        return Answer(to_json(done), lambda: _shown(done))

    answer({"format": "adopt/1"}, run)


def _shown(done: Adopted) -> str:
    lines = [f"{done.sealed.file}: {len(done.sealed.entered)} sealed, {done.sealed.kept} kept as they were"]
    lines += [f"{one.severity} {one.rule} {one.message}" for one in done.findings]
    lines += [f"{one.verdict:<9} {one.revision}  {one.why}" for one in done.revisions if one.verdict != "proven"]
    good = sum(one.verdict == "proven" for one in done.revisions)
    if done.revisions:
        lines.append(f"{good} of {len(done.revisions)} revisions are proven")
    return "\n".join(lines)
