"""pgwright history: what is sealed stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent

if TYPE_CHECKING:
    from pgwright.gate.compare import Rendered
    from pgwright.gate.seal import Sealed
    from pgwright.project import Project
    from pgwright.verbs import Wish

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
      pgwright history stamps 9bcfa50205e4   what became of a revision that only a database knows
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
        return Answer(to_json(done), lambda: _written(done))

    answer({"format": "seal/1"}, run)


@command.command("verify")
@click.option("--compile", "everything", is_flag=True, help="Compile every revision, whatever its inputs say.")
@click.option("--env", "environment", metavar="ENV", help="Ask the ledger of that guarded database as well.")
@BASE
@shared
def verify(everything: bool, environment: str | None, base: str | None) -> None:
    """Compare every revision with its line in migrations.sum; exit status 1 when something does not hold.

    Reads files and git. Only a revision that the hashes leave in doubt (a file that it imports changed, or the naming
    convention) is compiled, with the project's own env.py. With --env also what the ledger of a guarded database says was
    applied there: it remembers what git may no longer know.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.gate.verify import verify

        project = call.found()
        if environment:
            from pgwright.verbs.history import history_verify_at

            found = history_verify_at(
                project, environment, base=base, everything=everything, wish=_wish(call), on_event=on_event
            )
        else:
            found = verify(project, renderer(project, call, on_event), base=base, everything=everything)
        return Answer(_json(found), lambda: _shown(found), 0 if found.is_clean else 1)

    answer({"format": "history/1", "findings": []}, run)


@command.command("rebase")
@click.option("--onto", metavar="REV", help="The head that stays; by default the one that is frozen.")
@BASE
@shared
def rebase(onto: str | None, base: str | None) -> None:
    """Put your unapplied revisions after the other head.

    Only the down_revision of the first of them is rewritten; a frozen revision is never touched. A database of yours that
    has them already has to go down first. Two frozen heads can only be merged.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.records import to_json
        from pgwright.verbs.history import history_rebase

        done, sealed = history_rebase(call.found(), onto, base=base, on_event=on_event)
        plain = [{"revision": one.revision, "was": one.was, "now": one.now} for one in done]
        lines = [f"{one.revision} follows {one.now} instead of {one.was}" for one in done]
        return Answer({"format": "rebase/1", "moves": plain, "sealed": to_json(sealed)}, lambda: "\n".join(lines))

    answer({"format": "rebase/1", "moves": []}, run)


@command.command("merge")
@click.option("-m", "--message", metavar="MSG", help="What the merge revision says; by default which heads it joins.")
@shared
def merge(message: str | None) -> None:
    """Write a revision that joins the heads and does nothing else, in the project's own style, and seal it."""

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.records import to_json
        from pgwright.verbs.history import history_merge

        path, sealed = history_merge(call.found(), message, on_event=on_event)
        return Answer({"format": "merge/1", "file": str(path), "sealed": to_json(sealed)}, lambda: str(path))

    answer({"format": "merge/1"}, run)


@command.command("supersede")
@click.argument("revision", metavar="REV")
@click.option("--author", metavar="NAME", help="Who changed it; by default the author of the file's last commit.")
@click.option("--env", "environment", metavar="ENV", help="Its record in the ledger of that guarded database.")
@BASE
@shared
def supersede(revision: str, author: str | None, environment: str | None, base: str | None) -> None:
    """Ask for a signature under a changed record of a frozen revision. There is no other way to change one.

    Writes a text like those of `pgwright request`; somebody else signs it with `pgwright approve`. Then verify takes the
    file as it is now, and seal writes its new line. No database changes: what ran there ran as it was.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.gate.sums import read_line, sums_file
        from pgwright.verbs.history import history_supersede

        project = call.found()
        path = history_supersede(project, revision, author=author, base=base, environment=environment, on_event=on_event)
        text, id = path.read_text("utf-8"), path.name.removesuffix(".txt")
        data = {"format": "supersede/1", "id": id, "file": str(path), "text": text}
        line = read_line(path.with_suffix(".line").read_text("utf-8").rstrip("\n"), path.name)
        changed = (sums_file(project).parent / line.file).relative_to(project.root)
        look = f"Whoever signs looks at what changed: git log -p -- {changed} (what is not committed yet: git diff)"
        return Answer(data, lambda: f"{text}\n{look}\nSomebody else signs it: pgwright approve {id}")

    answer({"format": "supersede/1"}, run)


@command.command("stamps")
@click.argument("revisions", nargs=-1, required=True, metavar="REV...")
@shared
def stamps(revisions: tuple[str, ...]) -> None:
    """Say what became of the revisions that a database says it stands at (alembic_version, `alembic current`).

    One that no file declares is an orphan: renamed, deleted, on another branch, or never committed. git tells which, and
    nothing is stamped. Exit status 1 when one is an orphan.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.gate.stamps import stamps
        from pgwright.records import to_json

        found = stamps(call.found(), revisions)
        lines = [f"{one.state}: {one.message}" + (f"\n    {one.instead}" if one.instead else "") for one in found]
        status = 0 if all(one.state in ("known", "behind") for one in found) else 1
        data = {"format": "stamps/1", "stamps": [to_json(one) for one in found]}
        return Answer(data, lambda: "\n".join(lines), status)

    answer({"format": "stamps/1", "stamps": []}, run)


def renderer(project: Project, call: Call, on_event: OnEvent) -> Callable[[Sequence[str]], Mapping[str, Rendered]]:
    """Compiles revisions, and loads what that takes only when it is called: a clean history starts nothing."""

    def render(names: Sequence[str]) -> Mapping[str, Rendered]:
        from pgwright.verbs.history import renderer

        return renderer(project, _wish(call), on_event)(names)

    return render


def _written(done: Sealed) -> str:
    signed = f" {len(done.superseded)} superseded as signed," if done.superseded else ""
    return f"{done.file}: {len(done.entered)} sealed,{signed} {done.kept} kept as they were"


def _wish(call: Call) -> Wish:
    from pgwright.shadow.stage import Options
    from pgwright.verbs import Wish

    return Wish(python=call.python, options=Options(rows="none", trace=False))


def _json(found: Any) -> dict[str, Any]:
    from pgwright.records import to_json

    return to_json(found)


def _shown(found: Any) -> Any:
    what = f"{found.revisions} revisions, {found.frozen} frozen"
    what += f", {found.applied} applied there" if found.applied else ""
    compiled = f", {len(found.compiled)} compiled" if found.compiled else ""
    if not found.findings:
        return f"{what}{compiled}: the history is as it was sealed"
    from pgwright.doors.show.listed import findings

    return findings(found.findings, f"{what}{compiled}")
