"""pgwright approve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent

if TYPE_CHECKING:
    from pgwright.project import Project


@click.command("approve")
@click.argument("approval", metavar="ID")
@click.option(
    "--key", type=click.Path(path_type=Path), metavar="FILE", help="Your SSH key; by default the one git signs with."
)
@click.option("--check", is_flag=True, help="Sign nothing; say whether the approval counts. Exit status 3: it waits.")
@click.option("--env", "environment", metavar="ENV", help="With --check: that the approval is for this database, now.")
@click.option("--base", metavar="COMMIT", help="With --check: the commit whose list of signers counts.")
@shared
def command(approval: str, key: Path | None, check: bool, environment: str | None, base: str | None) -> None:
    """Sign a request with your own SSH key, or check whether it is approved.

    The signature is ssh-keygen's, so anyone can check its bytes without pgwright:

    \b
      ssh-keygen -Y verify -f .pgwright/allowed_signers -I alice@example.org -n pgwright \\
                 -s .pgwright/approvals/ID.alice@example_org.sig < .pgwright/approvals/ID.txt

    --check also asks what ssh-keygen does not: was a hardware key touched, did somebody else than the author sign, did
    enough people sign, is it still the same plan, the same database, and not expired.

    \b
    Examples:
      pgwright approve 20250303_person_email.production.1f0c8a2b
      pgwright approve 20250303 --check --env production --json
    """
    if not check and (environment or base):
        raise click.UsageError("--env and --base belong to --check.")

    def run(call: Call, on_event: OnEvent) -> Answer:
        project = call.found()
        return _check(project, approval, environment, base) if check else _sign(project, approval, key, on_event)

    answer({"format": "approve/1"}, run)


def _sign(project: Project, approval: str, key: Path | None, on_event: OnEvent) -> Answer:
    from pgwright.records import to_json
    from pgwright.verbs.approve import approve

    done = approve(project, approval, key, on_event)
    return Answer(
        to_json(done), lambda: f"{done.file}: signed by {done.signer}\n{done.missing or 'The approval counts.'}"
    )


def _check(project: Project, approval: str, environment: str | None, base: str | None) -> Answer:
    from pgwright.gate.papers import read_document
    from pgwright.gate.supersede import check_supersede, is_supersede
    from pgwright.verbs.approve import check_approval
    from pgwright.verbs.place import place_of

    if is_supersede(read_document(project, approval).text):
        wanted, people = check_supersede(project, approval, base)
        id = wanted.id
    else:
        place = place_of(project, environment) if environment else None
        found = check_approval(project, approval, place, base)
        id, people = found.wanted.id, found.people
    data = {"format": "approve/1", "id": id, "approved_by": list(people)}
    return Answer(data, lambda: f"{id} counts: signed by {', '.join(people)}")
