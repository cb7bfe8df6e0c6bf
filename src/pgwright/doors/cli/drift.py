"""pgwright drift."""

from __future__ import annotations

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.command("drift")
@click.option("--env", "environment", required=True, metavar="ENV", help="An environment of pgwright.toml.")
@shared
def command(environment: str) -> None:
    """Compare a database, its revisions and the models: what was made by hand, what is gone, what was never migrated.

    Reads the database's catalog, builds the recorded revisions and the models on a throw-away server, and tells each
    difference with its likely story. With --json it also gives the tasks that would reconcile them, for pgwright plan;
    nothing is planned or applied. Ends with 1 when something differs.

    \b
    Examples:
      pgwright drift --env staging
      pgwright drift --env production --json
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.show.drift import drifted as shown
        from pgwright.records import to_json
        from pgwright.verbs.drift import drift_of
        from pgwright.verbs.session import Wish

        wish = Wish(python=call.python) if call.python else None
        found = drift_of(call.found(), environment, wish=wish, on_event=on_event)
        return Answer({**to_json(found), "errors": []}, lambda: shown(found), 0 if found.is_clean else 1)

    answer({"format": "drift/1", "errors": []}, run)
