"""One case of the matrix: who sends what, with which approval. What comes of it stands in `table.txt`, not here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Who = Literal["app", "runner", "opened", "master", "superuser"]
Outcome = Literal["holds", "GAP", "works", "BROKEN", "absent"]

REFUSED = {"42501"}  # insufficient_privilege: the server or the guard said no
ABSENT = {"42601", "42704", "42883", "42P01", "0A000"}  # what the case tries does not exist on this major


@dataclass(frozen=True, slots=True)
class Case:
    """What is tried. `{s}` is the schema of the case's tables; `opened` is the runner in an approved session.

    `approval` changes lines of the approval's text before it is signed (None leaves one out), `after` the text after
    signing. `signed` names who signs how: a key's name, or `name/variant` (see `signing`).
    """

    id: str
    who: Who
    tries: tuple[str, ...]
    steps: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    rewrites: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()  # of an approval of several revisions: the steps of each
    ran: tuple[int, ...] = ()  # the parts that were run before, by their place from 0
    given_up: tuple[int, ...] = ()  # after those: opened and closed before their end
    approval: Mapping[str, str | None] = field(default_factory=dict)
    after: tuple[str, str] = ("", "")
    signed: tuple[str, ...] = ("alice",)
    use: bool = False  # not an attack: it must work
    alone: bool = False  # needs commits: a database of its own
    wide: bool = False  # reaches beyond its tables, or needs a login of its own: not for a database in use
    checks: tuple[str, ...] = ()  # the `-- check: name` of the SQL that decides it
    anywhere: bool = False  # a refusal of any of the tries counts; otherwise of the last one only
    sealed: bool = True  # an opened session has given the membership back already

    def outcome(self, sqlstate: str | None, *, early: bool = False) -> Outcome | str:
        """What the server's answer means here. `early`: not the last of the tries met it.

        A state that is neither yes nor no is returned as it is: no table lists it, so that the matrix is red.
        """
        if sqlstate is None:
            return "works" if self.use else "GAP"
        if sqlstate in ABSENT:
            return "absent"
        if sqlstate not in REFUSED or (early and not self.use and not self.anywhere):
            return f"error-{sqlstate}{'-early' if early else ''}"
        return "BROKEN" if self.use else "holds"
