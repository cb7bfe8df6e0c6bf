"""pgwright doctor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from pgwright.doors.cli.call import Answer, Call, answer, shared
from pgwright.event import OnEvent

if TYPE_CHECKING:
    from pgwright.doors.show.doctor import Level
    from pgwright.verbs import Doctor


@dataclass(frozen=True, slots=True)
class Check:
    """One line of what was found."""

    level: Level
    name: str
    text: str
    hint: str = ""


@click.command("doctor")
@shared
def command() -> None:
    """Say what was found, and what stands in the way.

    Looks at the Alembic trees, the interpreter, env.py, the models, the server and the history. When env.py cannot be
    loaded, its first error is shown with the setting that is missing. Ends with 2 when something stands in the way.

    \b
    Examples:
      pgwright doctor
      pgwright doctor --python .venv/bin/python
      pgwright doctor --json
    """
    answer({"format": "doctor/1"}, _doctor)


def _doctor(call: Call, on_event: OnEvent) -> Answer:
    from pgwright.doors.show.doctor import doctor as shown
    from pgwright.records import to_json
    from pgwright.shadow.stage import Options
    from pgwright.verbs import Wish, doctor

    wish = Wish(python=call.python, options=Options(rows="none", trace=False), server_url=call.server_url)
    found = doctor(call.found(), wish, on_event)
    return Answer(to_json(found), lambda: shown(list(checks(found))), 2 if found.problems else 0)


def checks(found: Doctor) -> Iterator[Check]:
    """What was found, in the order in which it was looked for; problems last."""
    yield Check("good", "project", f"{found.root}, Alembic tree {found.tree}")
    others = [name for name in found.trees if name != found.tree]
    if others:
        yield Check("note", "other trees", ", ".join(others), "choose one with --tree")
    if found.python:
        versions = ", ".join(f"{name} {version}" for name, version in found.versions)
        yield Check("good", "interpreter", f"{found.python} (by {found.found_by}): {versions}")
        yield Check("good", "env.py", f"runs; {found.metadata_tables} tables in its metadata, driver {found.driver}")
        yield Check("good", "server", found.server)
        yield Check("good", "nothing leaves", ", ".join(found.layers))
    for one in found.refused:
        yield Check("note", "refused", one, "the project's code tried this while env.py ran, and was kept from it")
    yield Check("good", "history", f"{found.revisions} revisions, head {', '.join(found.heads) or 'none'}")
    for problem in found.problems:
        where = f" ({problem['file']}:{problem['line']})" if problem.get("file") else ""
        yield Check("bad", str(problem["code"]), f"{problem['message']}{where}", str(problem.get("hint") or ""))
