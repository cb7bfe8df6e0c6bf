"""pgwright prove."""

from __future__ import annotations

from typing import Any

import click

from pgwright.doors.cli.call import Call, verb


@click.argument("what", required=False, metavar="[REV|A..B]")
@click.option("--all", "whole", is_flag=True, help="The whole history, from empty; in one run as well.")
@click.option(
    "--rows",
    type=click.Choice(["none", "plain", "hostile"]),
    default="plain",
    show_default=True,
    help="Rows to prove with: plain decides the verdict, hostile adds findings.",
)
@click.option(
    "--trace",
    type=click.Choice(["on", "off"]),
    default="on",
    show_default=True,
    help="Record every message with its locks, rewrites and rows.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The rows are the same for the same seed.")
@click.option("--major", type=int, help="PostgreSQL major to prove on (see: pgwright pg install).")
@click.option("--allow-unproven", is_flag=True, help="Exit 0 although something could not be proven.")
def prove(
    call: Call, what: str | None, whole: bool, rows: Any, trace: str, seed: int, major: int | None, allow_unproven: bool
) -> int:
    """Run revisions up, validate, down, compare, up again, on a throw-away PostgreSQL with rows in it.

    Without REV: the revisions that are new against the main branch; without git, the head.
    """
    from pgwright.doors.output import prove_output
    from pgwright.shadow.stage import Options
    from pgwright.verbs import Wish
    from pgwright.verbs import prove as do

    wish = Wish(call.python, major, Options(rows, trace == "on", seed))
    project = call.project()
    with call.progress() as listen:
        proofs = do(project, what, whole=whole, wish=wish, on_event=listen)

    def shown() -> Any:
        from pgwright.doors.show.proofs import proofs as render

        return render(proofs) if proofs else "Nothing is new against the main branch. All of it: pgwright prove --all"

    call.show(prove_output(proofs, []), shown)
    verdicts = {p.verdict for p in proofs}
    if "unproven" in verdicts and not allow_unproven:
        return 2
    return 1 if "refuted" in verdicts else 0


command = verb(prove)
