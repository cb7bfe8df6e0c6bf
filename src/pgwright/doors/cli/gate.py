"""pgwright gate: the guard inside a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.doors.cli.located import located
from pgwright.event import OnEvent

if TYPE_CHECKING:
    from pgwright.gate.signed import Form

TEXT = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("gate")
@shared
def command() -> None:
    """The guard inside a database: install, remove, examine, suspend.

    Roles with just-in-time ownership, signatures that the database verifies itself, and event triggers where the server
    allows them. It is for staging and production; development databases stay free.

    \b
    Examples:
      pgwright gate install --env staging            shows the plan
      pgwright gate install --env staging --yes      does it
      pgwright gate doctor --env staging             does it hold here?
      pgwright gate suspend --env production -o suspend.txt
      pgwright gate remove --env staging --yes
    """


@command.command("install")
@located
@click.option("--yes", is_flag=True, help="Do it; without this, only the plan is shown.")
@click.option("--quorum", type=click.IntRange(1), default=1, show_default=True, help="People who have to sign, at least.")
@click.option("--touch", is_flag=True, help="Hardware keys count only when they were touched.")
@shared
def install_guard(env: str, admin_env: str | None, yes: bool, quorum: int, touch: bool) -> None:
    """Lay the guard over a database, a live one too.

    Shows what would happen, and at which tier. With --yes it happens, one short transaction after the other: killed
    anywhere, the same command goes on. Who may sign is taken from .pgwright/allowed_signers the first time; afterwards
    the database's own list counts, which two people change.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.show.gate import plan as shown
        from pgwright.gate import install
        from pgwright.gate.signers import listed, signers_of
        from pgwright.project.address import address_of
        from pgwright.records import to_json
        from pgwright.run import journal

        project = call.found()
        with install.opened(address_of(project.settings, env, variable=admin_env), on_event) as to:
            planned = install.plan(to)
            if yes:
                install.install(to, listed(signers_of(project), touch=touch), quorum=quorum, also=journal.tables())
        data = {**to_json(planned), "done": yes, "errors": []}
        return Answer(data, lambda: shown(planned, done=yes), 0 if yes else 3)

    answer(_frame("gate-plan/1"), run)


@command.command("remove")
@located
@click.option("--yes", is_flag=True, help="Do it. The ledger goes too: keep its head and a copy first.")
@shared
def remove_guard(env: str, admin_env: str | None, yes: bool) -> None:
    """Give every object back to whom it belonged, with its privileges, and take the guard away."""

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.gate import install
        from pgwright.gate.guard_refusals import NotConfirmed
        from pgwright.project.address import address_of

        address = address_of(call.found().settings, env, variable=admin_env)
        if not yes:
            raise NotConfirmed(environment=env)
        with install.opened(address, on_event) as to:
            back = install.remove(to)
        return Answer({**_frame("gate/1"), "back": back}, lambda: f"{back} objects went back; the guard is gone.")

    answer(_frame("gate/1"), run)


@command.command("doctor")
@located
@click.option("--rows", is_flag=True, help="Show every row of the matrix.")
@shared
def doctor_guard(env: str, admin_env: str | None, rows: bool) -> None:
    """Say whether the guard is as it was laid, and play the bypass matrix here.

    The matrix is played in one transaction with a schema, roles and keys of its own, which is rolled back. It needs a
    superuser, who can speak as other logins. Ends with 1 when something is not as documented.
    """

    def run(call: Call, on_event: OnEvent) -> Answer:
        from pgwright.doors.show.gate import health as shown
        from pgwright.gate.doctor import examine
        from pgwright.project.address import address_of
        from pgwright.records import to_json

        found = examine(address_of(call.found().settings, env, variable=admin_env), on_event)
        data = {**to_json(found), "well": found.is_well, "errors": []}
        return Answer(data, lambda: shown(found, every_row=rows), 0 if found.is_well else 1)

    answer(_frame("gate-doctor/1"), run)


def _signed_step(form: Form) -> None:
    """`gate suspend`, `gate resume` and `gate signers`: write the text to sign, or hand it in."""

    @command.command(form, help=_HELP[form])
    @located
    @click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the text to sign here.")
    @click.option("--text", type=TEXT, help="The text that was signed.")
    @click.option("--signature", "signatures", type=TEXT, multiple=True, help="A signature of it; once per person.")
    @click.option("--line", "lines", multiple=True, metavar="LINE", hidden=form != "signers", help=_LINE)
    @shared
    def step(
        env: str,
        admin_env: str | None,
        out: Path | None,
        text: Path | None,
        signatures: tuple[Path, ...],
        lines: tuple[str, ...],
    ) -> None:
        if (out is None) == (text is None):
            raise click.UsageError("give either --out, to write the text, or --text with its signatures")

        def run(call: Call, on_event: OnEvent) -> Answer:
            from pgwright.gate import install, signed
            from pgwright.project.address import address_of

            address = address_of(call.found().settings, env, variable=admin_env)
            with install.opened(address, on_event) as to:
                if out is not None:
                    out.write_text(signed.draft(to, form, lines), "utf-8")
                    said = (
                        f"Sign it: ssh-keygen -Y sign -n pgwright -f KEY {out}\n"
                        f"Then: pgwright gate {form} --env {env} --text {out} --signature {out}.sig"
                    )
                    return Answer({**_frame("gate/1"), "written": str(out)}, lambda: said, 3)
                assert text is not None
                signed.hand_in(to, form, text.read_text("utf-8"), [one.read_text("utf-8") for one in signatures])
            return Answer({**_frame("gate/1"), "done": form}, lambda: f"{form}: done, and in the ledger.")

        answer(_frame("gate/1"), run)


_LINE = "`add: NAME TYPE KEY [touch]` or `remove: NAME TYPE KEY`."
_HELP = {
    "signers": "Change who may sign, by a text that two people signed.",
    "suspend": "Stop checking contents, e.g. for a major upgrade, by a signed text. The roles still hold.",
    "resume": "Check contents again, by a signed text.",
}
for _form in _HELP:
    _signed_step(_form)  # type: ignore[arg-type]


def _frame(format: str) -> dict[str, Any]:
    return {"format": format, "errors": []}
