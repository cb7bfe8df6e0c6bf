"""pgwright request."""

from __future__ import annotations

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.command("request")
@click.argument("revisions", nargs=-1, required=True, metavar="REV|A..B...")
@click.option("--env", "environment", required=True, metavar="ENV", help="The environment, as pgwright.toml names it.")
@click.option("--down", is_flag=True, help="For going back from the revision.")
@click.option("--author", metavar="NAME", help="Who wrote the change; by default the author of the file's last commit.")
@click.option("--cluster", metavar="ID", help="The cluster's system identifier; by default the database is asked.")
@click.option("--database", metavar="NAME", help="The database's name; by default the database is asked.")
@shared
def command(
    revisions: tuple[str, ...],
    environment: str,
    down: bool,
    author: str | None,
    cluster: str | None,
    database: str | None,
) -> None:
    """Ask for the approval that proven revisions need in an environment: one text, one signature.

    Writes .pgwright/approvals/ID.txt: what will run, on which database, what it drops and rewrites, who decides, until
    when. Nothing is signed and nothing is changed. The text is for that database, that plan and one run. Several revisions
    (A..B: what comes after A, up to B) are listed with a line each; they run in that order, each once.

    \b
    Examples:
      pgwright request 20250303_person_email --env production
      pgwright request 4b9d21 --env production --down
      pgwright request 20250303_person_email..head --env production
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.records import to_json
        from pgwright.verbs.approve import request
        from pgwright.verbs.place import place_of

        project = call.found()
        place = place_of(project, environment, cluster, database)
        made = request(project, revisions, place, direction="down" if down else "up", author=author)
        still = "".join(f"\n  {one.file}:{one.line}: {one.text}" for one in made.mentions)
        warned = f"\nLook first: the project still names what is dropped:{still}\n" if still else ""
        shown = f"{made.text}{warned}\n{made.file}\nSomebody else signs it: pgwright approve {made.id}"
        return Answer(to_json(made), lambda: shown)

    answer({"format": "request/1"}, run)
