"""The one way to change the record of a frozen revision: a text that says from which line to which, signed by others.

It changes what `history verify` expects. It changes nothing in any database: what ran there ran as it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pgwright.gate.approval import facts_of, in_file_name, lines_of, moment, read_moment
from pgwright.gate.approval_refusals import NotAnApproval
from pgwright.gate.author import authors_of
from pgwright.gate.judge import Circumstances, signed_by
from pgwright.gate.papers import read_document
from pgwright.gate.policy import Policy, policy_of
from pgwright.gate.signers import signers_of
from pgwright.gate.sums import Line, line_text, read_line
from pgwright.gate.superseded import FOLDER, MARK
from pgwright.project import Project

FORMAT = "supersede/1"
REQUIRED = ("format", "what", "revision", "was", "now", "author", "quorum", "requested", "expires", "nonce")


@dataclass(frozen=True, slots=True)
class Supersede:
    """From which line to which, by their digests."""

    revision: str
    was: str
    now: str
    author: str
    quorum: int
    needs_touch: bool
    requested: datetime
    expires: datetime
    nonce: str

    @property
    def id(self) -> str:
        """The name of its files."""
        return f"{in_file_name(self.revision)}{MARK}{self.nonce[:8]}"


def write_supersede(project: Project, was: Line, now: Line, author: str, policy: Policy) -> Path:
    """The text to sign, and beside it the new line in full."""
    at = datetime.now(UTC).replace(microsecond=0)
    days = timedelta(days=policy.days)
    wanted = Supersede(
        was.revision, was.digest, now.digest, author, policy.quorum, policy.touch, at, at + days, secrets.token_hex(16)
    )
    folder = project.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{wanted.id}.txt"
    path.write_bytes(supersede_text(wanted).encode())
    path.with_suffix(".line").write_text(line_text(now) + "\n", encoding="utf-8")
    return path


def supersede_text(wanted: Supersede) -> str:
    """The text to sign."""
    return lines_of(
        [
            ("format", FORMAT), ("what", f"replace the record of {wanted.revision}, which is frozen"),
            ("revision", wanted.revision), ("was", wanted.was), ("now", wanted.now), ("author", wanted.author),
            ("quorum", str(wanted.quorum)), *([("touch", "required")] if wanted.needs_touch else []),
            ("requested", moment(wanted.requested)), ("expires", moment(wanted.expires)), ("nonce", wanted.nonce),
        ]
    )  # fmt: skip


def read_supersede(text: str, name: str) -> Supersede:
    """What a text says. Raises LineEnds and NotAnApproval."""
    facts = facts_of(text, name, FORMAT, REQUIRED, {*REQUIRED, "touch"})
    said = {key: values[0] for key, values in facts.items()}
    try:
        wanted = Supersede(
            said["revision"], said["was"], said["now"], said["author"], int(said["quorum"]), "touch" in said,
            read_moment(said["requested"]), read_moment(said["expires"]), said["nonce"],
        )  # fmt: skip
    except ValueError as error:
        raise NotAnApproval(name=name, why=str(error)) from None
    if wanted.quorum < 1 or text != supersede_text(wanted):
        raise NotAnApproval(name=name, why="it is not written as pgwright history supersede writes it")
    return wanted


def check_supersede(project: Project, id: str, base: str | None = None) -> tuple[Supersede, tuple[str, ...]]:
    """The supersede and who signed it, when it counts. Raises the refusal that says why not."""
    document = read_document(project, id)
    wanted = read_supersede(document.text, f"{document.id}.txt")
    return wanted, signed_by(document, wanted, around(project, wanted, base))


def around(project: Project, wanted: Supersede, base: str | None = None) -> Circumstances:
    """Who may sign, and who wrote it."""
    written = project.history().by_id.get(wanted.revision)
    authors = authors_of(project, written.file) if written else ()
    return Circumstances(signers_of(project, base), datetime.now(UTC), authors)


def is_supersede(text: str) -> bool:
    """True for a text of this kind; the other kind is an approval."""
    return text.startswith(f"format: {FORMAT}\n")


def signed_line(project: Project, path: Path, frozen: Mapping[str, Line], base: str | None) -> Line:
    """The new line that a supersede's text stands for, when it counts. Raises the refusal that says why not."""
    wanted, _ = check_supersede(project, path.name.removesuffix(".txt"), base)
    line = read_line(path.with_suffix(".line").read_text("utf-8").rstrip("\n"), path.name)
    old = frozen.get(wanted.revision)
    if old is None or old.digest != wanted.was or line.digest != wanted.now or line.revision != wanted.revision:
        raise NotAnApproval(name=path.name, why="it is for other lines")
    if wanted.quorum < policy_of(project.settings.policy).quorum:
        raise NotAnApproval(name=path.name, why="its quorum is below the project's")
    return line
