"""pgwright capture."""

from __future__ import annotations

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.command("capture")
@click.option("--env", "environment", required=True, metavar="ENV", help="An environment of pgwright.toml.")
@click.option("--role", metavar="NAME", help="Only what this role sends: the application's login.")
@shared
def command(environment: str, role: str | None) -> None:
    """Write the statements that a database is sent, for `pgwright prove --app-sql`.

    Reads pg_stat_statements and nothing else: statements that use tables of the database's own, `$1` for every value.
    What still has a value in it is left out, and so are comments. Standard output is the file.

    \b
    Examples:
      pgwright capture --env production > app.sql
      pgwright capture --env production --role app > app.sql
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.records import to_json
        from pgwright.verbs.capture import capture

        found = capture(call.found().settings, environment, role, on_event)
        head = (
            f"-- {len(found.statements)} statements of {environment}, from pg_stat_statements, most often sent first\n"
        )
        text = head + "".join(f"{one};\n" for one in found.statements)
        return Answer({**to_json(found), "errors": []}, lambda: text)

    answer({"format": "capture/1", "statements": [], "errors": []}, run)
