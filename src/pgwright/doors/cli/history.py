"""pgwright history: what is sealed stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent

if TYPE_CHECKING:
    from pgwright.gate.compare import Rendered
    from pgwright.project import Project

BASE = click.option(
    "--base", metavar="COMMIT", help="The commit whose revisions are frozen; by default where the main branch was left."
)


@click.group("history")
@shared
def command() -> None:
    """Seal revisions, and verify that sealed ones stayed as they were.

    migrations.sum beside the versions holds one line per revision. What the main branch has there is frozen: it cannot be
    edited, renamed, rewired, deleted, or changed in meaning by a file that it imports or a naming convention. Formatting
    and comments can change.

    \b
    Examples:
      pgwright history seal                  enter what is new
      pgwright history verify                what CI and the pre-commit hook call
      pgwright history verify --compile      compile every revision as well
      pgwright history rebase                put your unapplied revisions after the other head
      pgwright history merge                 write a revision that joins the heads
    """


@command.command("seal")
@click.argument("revision", required=False, metavar="[REV|A..B]")
@BASE
@shared
def seal(revision: str | None, base: str | None) -> None:
    """Enter revisions into migrations.sum with their identity; by default all that are new or changed.

    A frozen line is never rewritten, and one that went missing comes back as it was. plan seals what it writes itself.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.gate.seal import seal
        from pgwright.project import select
        from pgwright.records import to_json

        project = call.found()
        wanted = select(project.history(), revision) if revision else None
        done = seal(project, renderer(project, call, on_event), wanted, base=base)
        return Answer(to_json(done), lambda: f"{done.file}: {len(done.entered)} sealed, {done.kept} kept as they were")

    answer({"format": "seal/1"}, run)


@command.command("verify")
@click.option("--compile", "everything", is_flag=True, help="Compile every revision, whatever its inputs say.")
@BASE
@shared
def verify(everything: bool, base: str | None) -> None:
    """Compare every revision with its line in migrations.sum; exit status 1 when something does not hold.

    Reads files and git. Only a revision that the hashes leave in doubt (a file that it imports changed, or the naming
    convention) is compiled, with the project's own env.py.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.gate.verify import verify

        project = call.found()
        found = verify(project, renderer(project, call, on_event), base=base, everything=everything)
        return Answer(_json(found), lambda: _shown(found), 0 if found.is_clean else 1)

    answer({"format": "history/1", "findings": []}, run)


def renderer(project: Project, call: Call, on_event: OnEvent) -> Callable[[Sequence[str]], Mapping[str, Rendered]]:
    """Compiles revisions, and loads what that takes only when it is called: a clean history starts nothing."""

    def render(names: Sequence[str]) -> Mapping[str, Rendered]:
        from pgwright.shadow.stage import Options
        from pgwright.verbs import Wish
        from pgwright.verbs.history import renderer

        wish = Wish(python=call.python, options=Options(rows="none", trace=False))
        return renderer(project, wish, on_event)(names)

    return render


def _json(found: Any) -> dict[str, Any]:
    from pgwright.records import to_json

    return to_json(found)


def _shown(found: Any) -> Any:
    from pgwright.doors.show.findings import findings

    what = f"{found.revisions} revisions, {found.frozen} frozen"
    compiled = f", {len(found.compiled)} compiled" if found.compiled else ""
    if not found.findings:
        return f"{what}{compiled}: the history is as it was sealed"
    return findings(found.findings, f"{what}{compiled}")
