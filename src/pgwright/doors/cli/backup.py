"""pgwright backup."""

from __future__ import annotations

from pathlib import Path

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.doors.cli.located import located
from pgwright.event import OnEvent


@click.group("backup")
@shared
def command() -> None:
    """Take a backup, restore it to see that it is one, and say what it is worth.

    \b
    Examples:
      pgwright backup take --env production --to /backups
      pgwright backup verify --env production
      pgwright backup check --env production
    """


@command.command("take")
@located
@click.option("--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Write it there.")
@click.option("--provider", type=click.Choice(["pg_dump", "pg_basebackup"]), default="pg_dump", show_default=True)
@shared
def take_backup(env: str, admin_env: str | None, folder: Path, provider: str) -> None:
    """Take one and record what a restored copy of it must read like: schema, rows per table, revisions.

    It reads every row, as pg_dump does. The record is .pgwright/backups/ENV.json; rows are in it as counts and sums of hashes.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.records import to_json
        from pgwright.verbs.backup import take

        made = take(call.found(), env, folder, provider, variable=admin_env, on_event=on_event)  # type: ignore[arg-type]
        text = f"{made.location}\nIt counts when it was restored: pgwright backup verify --env {env}"
        return Answer({**to_json(made), "errors": []}, lambda: text)

    answer({"format": "backup/1", "errors": []}, run)


@command.command("verify")
@located
@shared
def verify_backup(env: str, admin_env: str | None) -> None:
    """Restore it on a throw-away server and compare schema and rows with what was backed up.

    Where pgwright.toml names a provider, its newest backup is restored and recovered to the newest WAL in its archive; schema
    and revisions must then be those of the database. Ends with 1 when it is damaged, cannot be restored, or the copy differs.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.records import to_json
        from pgwright.verbs.backup import verify

        found = verify(call.found(), env, variable=admin_env, on_event=on_event)
        rows = sum(count for _, count, _ in found.content.rows)
        told = f"{rows} rows of {len(found.content.rows)} tables" if found.content.rows else "its schema"
        till = f" and recovered to the commit of {found.recovered}" if found.recovered else ""
        if found.archived and not found.recovered:
            till = f" and recovered to the end of its WAL, {found.archived}, in which nothing was committed"
        return Answer({**to_json(found), "errors": []}, lambda: f"{found.id}: restored{till}; {told} as backed up.")

    answer({"format": "backup/1", "errors": []}, run)


@command.command("check")
@located
@click.option("--max-age", type=click.FloatRange(0), default=24, show_default=True, metavar="HOURS", help="Older is stale.")
@shared
def check_backup(env: str, admin_env: str | None, max_age: float) -> None:
    """Say what the backup on record is worth: B0 none, B1 one, B2 fresh and of this database and revisions, B4 restored.

    Where pgwright.toml names a provider, the newest that it lists counts too. Ends with 1 below B2.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from datetime import timedelta

        from pgwright.records import to_json
        from pgwright.verbs.backup import check

        found = check(call.found(), env, timedelta(hours=max_age), variable=admin_env)
        data = {**to_json(found), "errors": []}
        text = f"{found.backup.id}: {found.level}" + (f", {found.why}" if found.why else "")
        return Answer(data, lambda: text, int(found.level < "B2"))

    answer({"format": "backup-check/1", "errors": []}, run)
