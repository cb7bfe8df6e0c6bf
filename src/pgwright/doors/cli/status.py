"""pgwright status."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from pgwright.doors.cli.call import Call, verb


@dataclass(frozen=True, slots=True)
class Line:
    """One new revision for the list."""

    revision: str
    verdict: str
    note: str


def status(call: Call) -> int:
    """Heads, the revisions that are new, and whether each is proven as it stands. Starts no server."""
    from pgwright.verbs import status as do

    found = do(call.project())

    def shown() -> Any:
        from pgwright.doors.show.status import status as render

        return render([Line(r.revision, r.verdict, f"{r.why}: {r.file}") for r in found.new], found.heads)

    call.show(asdict(found), shown)
    return 0


command = verb(status)
