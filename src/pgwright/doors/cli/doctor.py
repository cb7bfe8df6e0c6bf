"""pgwright doctor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from pgwright.doors.cli.call import Call, verb

if TYPE_CHECKING:
    from pgwright.verbs import Doctor


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's list."""

    level: Literal["good", "note", "bad"]
    name: str
    text: str
    hint: str = ""


def doctor(call: Call) -> int:
    """What pgwright finds: trees, interpreter, env.py's first error with the setting it misses, server, heads."""
    from pgwright.shadow.stage import Options
    from pgwright.verbs import Wish
    from pgwright.verbs import doctor as do

    with call.progress() as listen:
        found = do(call.project(), Wish(python=call.python, options=Options(rows="none", trace=False)), listen)

    def shown() -> Any:
        from pgwright.doors.show.doctor import doctor as render

        return render(list(_checks(found)))

    call.show(asdict(found), shown)
    return 2 if found.problems else 0


def _checks(found: Doctor) -> Iterator[Check]:
    yield Check("good", "project", f"{found.root}, Alembic tree {found.tree}")
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


command = verb(doctor)
