"""The command line. `pgwright --help` imports click and nothing else that is heavy: verbs load what they need."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from pgwright import __version__
from pgwright.doors.cli.call import Call, print_json, shared

VERBS = {
    "init": "Write pgwright.toml and the .gitignore lines.",
    "doctor": "Say what was found, and what stands in the way.",
    "plan": "Design a change and write its Alembic revisions.",
    "adopt": "Take over an existing history: seal it, and judge each revision.",
    "history": "Seal revisions, and verify that sealed ones stayed as they were.",
    "check": "Say what revisions or SQL files would do to a live system, by reading them.",
    "capture": "Write the statements that a database is sent, for prove --app-sql.",
    "prove": "Prove revisions on a throw-away PostgreSQL.",
    "apply": "Apply proven revisions to a database, while the application goes on.",
    "undo": "Go back to a recorded revision, by the way down that was proven.",
    "run": "Show, pause, resume, throttle or cancel a run from another terminal.",
    "status": "Show which revisions are new, and which of them are proven.",
    "explain-policy": "Show who decides over a revision, and why.",
    "request": "Ask for the approval that a revision needs.",
    "approve": "Sign a request with your SSH key, or check it.",
    "report": "Print the Migration Report of the latest change.",
    "gate": "The guard inside a database: install, doctor, remove.",
    "drift": "Compare a database, its revisions and the models.",
    "backup": "Take a backup, restore it to see that it is one, and say what it is worth.",
    "ledger": "Read and verify the ledger of a guarded database.",
    "pg": "Install, list, clean or serve the throw-away servers.",
}


class Lazy(click.Group):
    """The verbs in the order in which they are used, each from the file of its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"pgwright.doors.cli.{cmd_name.replace('-', '_')}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The verb that is named; an error names the one that seems meant."""
        from difflib import get_close_matches

        if args and args[0] not in VERBS and (close := get_close_matches(args[0], VERBS, 1)):
            ctx.fail(f"No such command '{args[0]}'. Did you mean '{close[0]}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@shared
@click.version_option(__version__, prog_name="pgwright", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """A database specialist for PostgreSQL, SQLAlchemy and Alembic.

    Designs zero-downtime revisions from a task or from changed models, and proves each on a throw-away PostgreSQL: up,
    validate, down, compare catalog and rows, up again; only apply, undo, run and gate change a database of
    yours. Your project needs no edit.

    \b
    Examples:
      pgwright doctor                        what was found, and env.py's first error
      pgwright plan TASK.md                  write the revisions that a task asks for
      pgwright plan --models -m "invoices"   write the revisions that changed models need
      pgwright check                         read what is new, in a second and without a database
      pgwright prove                         prove what is new against the main branch
      pgwright prove --all                   the whole history
      pgwright report -o report.md           the Migration Report

    \b
    Exit status:
      0  done, clean, proven
      1  a finding at the fail level, or a revision is refuted
      2  bad input, an error of tool or environment, or unproven
      3  waiting for an approval, a lock or a person
    """
    ctx.ensure_object(Call)


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point: runs the command line and ends the process with its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        status = cli.main(given, prog_name="pgwright", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        if "--json" in given:
            hint = f"See: {error.ctx.command_path} --help" if isinstance(error, click.UsageError) and error.ctx else ""
            usage = {"code": "PW-DOORS-01", "file": None, "line": None, "message": error.format_message(), "hint": hint}
            print_json({"errors": [usage]})
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        status = 130
    sys.exit(status if isinstance(status, int) else 0)
