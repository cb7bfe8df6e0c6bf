"""pgwright ledger: who changed a guarded database, when, with whose approval."""

from __future__ import annotations

from typing import Any

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent


@click.group("ledger")
@shared
def command() -> None:
    """Read and verify the ledger of a guarded database.

    \b
    Examples:
      pgwright ledger show --env production
      pgwright ledger verify --env production
      pgwright ledger verify --env production --keep
    """


@command.command("verify")
@click.option("--env", "env", required=True, metavar="ENV", help="Environment of pgwright.toml.")
@click.option("--keep", is_flag=True, help="Write the verified head to .pgwright/heads/ENV.txt, to be committed.")
@shared
def verify(env: str, keep: bool) -> None:
    """Find edits, deletions and a cut tail.

    Each line carries the hash of the line before it. That the end was not cut off, or all of it written anew, only the
    heads in git can tell. Ends with 1 when the ledger is damaged.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.show.gate import verified as shown
        from pgwright.gate import ledger
        from pgwright.project.address import address_of
        from pgwright.records import to_json

        project = call.found()
        heads, forgotten = ledger.heads_of(project, env)
        with ledger.opened(address_of(project.settings, env)) as conn:
            found = ledger.verify(conn, env, heads, forgotten)
        if keep and found.head is not None and not found.damage:
            ledger.keep(project, env, found.head)
        return Answer({**to_json(found), "errors": []}, lambda: shown(found), 1 if found.damage else 0)

    answer(_frame(), run)


@command.command("show")
@click.option("--env", "env", required=True, metavar="ENV", help="Environment of pgwright.toml.")
@click.option("--last", type=click.IntRange(1), default=20, show_default=True, help="So many lines.")
@shared
def show(env: str, last: int) -> None:
    """Print the last lines: when, who, what, and for which approval."""

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.show.gate import lines as shown
        from pgwright.gate import ledger
        from pgwright.project.address import address_of

        with ledger.opened(address_of(call.found().settings, env)) as conn:
            found = ledger.read(conn)[-last:]
        plain = [{"seq": n.seq, "at": n.at, "who": n.who, "event": n.event, "body": n.body, "hash": n.hash} for n in found]
        return Answer({**_frame(), "lines": plain}, lambda: shown(found))

    answer(_frame(), run)


def _frame() -> dict[str, Any]:
    return {"format": "ledger/1", "errors": []}
