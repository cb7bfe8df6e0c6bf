"""The command line. Verbs are imported when they are called: `pgwright --help` loads click and nothing else."""

from __future__ import annotations

from importlib import import_module

import click

from pgwright import __version__

VERBS = {
    "init": "write pgwright.toml and the .gitignore lines",
    "doctor": "what pgwright finds in this project, and what stands in the way",
    "plan": "design a change and write its Alembic revisions",
    "prove": "run revisions up, down and up again on a throw-away PostgreSQL",
    "status": "heads, new revisions and whether they are proven",
    "report": "the Migration Report of the latest change",
    "pg": "servers for proofs: install a major, list, clean",
}


class Lazy(click.Group):
    """Finds a verb's module when it is needed: one file per verb, named like it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"pgwright.doors.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--project", "-C", default=".", metavar="DIR", help="The project's directory (default: here).")
@click.option("--tree", metavar="NAME", help="The Alembic tree, where a project has several.")
@click.option("--python", metavar="CMD", help="The interpreter that runs env.py; may be a command prefix.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, nothing else.")
@click.version_option(__version__, prog_name="pgwright")
@click.pass_context
def main(ctx: click.Context, project: str, tree: str | None, python: str | None, as_json: bool) -> None:
    """A database specialist: designs PostgreSQL schema changes, writes reversible Alembic revisions, proves them.

    \b
    pgwright plan TASK.md                 a task becomes proven-to-be revisions
    pgwright plan --models -m "invoices"  so do models that changed
    pgwright prove                        what is new against the main branch
    pgwright prove --all                  the whole history

    Exit status: 0 done, 1 refuted, 2 bad input, environment error or unproven.
    """
    from pgwright.doors.cli.call import Call

    ctx.obj = Call(project, tree, python, as_json)
