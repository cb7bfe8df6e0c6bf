"""The text that a person signs for several revisions at once: a line per revision, each with its plan and its proof.

`part: PLAN PROOF REVISION`, in the order in which they run. The database lets them begin in that order, each once, and
only after the one before it came to its end (sql/session.sql, run_of). What is dropped and rewritten is named for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pgwright.gate.approval import (
    HEX,
    NONCE,
    Wanted,
    facts_of,
    in_file_name,
    lines_of,
    loss,
    moment,
    needs_touch,
    read_moment,
    read_text,
)
from pgwright.gate.approval_refusals import NotAnApproval, NotAPart

FORMAT = "run/1"
REQUIRED = (
    "format", "what", "direction", "environment", "cluster", "database", "part", "tier", "author", "quorum", "requested",
    "expires", "nonce",
)  # fmt: skip
KNOWN = {*REQUIRED, "drop", "rewrite", "wrote", "touch"}


@dataclass(frozen=True, slots=True)
class Part:
    """One revision of a run, with what was recorded of it."""

    revision: str
    plan: str
    proof: str


@dataclass(frozen=True, slots=True)
class WantedRun:
    """What an approval of several revisions says."""

    parts: tuple[Part, ...]
    direction: str
    environment: str
    cluster: str
    database: str
    drops: tuple[str, ...]
    rewrites: tuple[str, ...]
    tier: str
    author: str
    writers: tuple[str, ...]  # of the parts, beside the author: they cannot approve either
    quorum: int
    needs_touch: bool
    requested: datetime
    expires: datetime
    nonce: str

    @property
    def id(self) -> str:
        """The name of its files."""
        ends = f"{in_file_name(self.parts[0].revision)}-to-{in_file_name(self.parts[-1].revision)}"
        return f"{ends}.{self.environment}.{self.nonce[:8]}"

    def of(self, place: int) -> Wanted:
        """What it says of one part. Its nonce is the one under which the database keeps that part."""
        part = self.parts[place]
        return Wanted(
            part.revision, self.direction, self.environment, self.cluster, self.database, part.plan, part.proof,
            self.drops, self.rewrites, self.tier, self.author, self.quorum, self.needs_touch, self.requested, self.expires,
            f"{self.nonce}:{place + 1}", self.writers, tuple(one.revision for one in self.parts[:place]),
        )  # fmt: skip


def is_run(text: str) -> bool:
    """True for a text of this kind."""
    return text.startswith(f"format: {FORMAT}\n")


def run_text(wanted: WantedRun) -> str:
    """The text to sign. Raises NotAnApproval when a value would break its line."""
    verb = "apply" if wanted.direction == "up" else "undo"
    first, last = wanted.parts[0].revision, wanted.parts[-1].revision
    what = f"{verb} {len(wanted.parts)} revisions, {first} to {last}: {loss(wanted.drops, wanted.rewrites)}"
    return lines_of([
        ("format", FORMAT), ("what", what), ("direction", wanted.direction), ("environment", wanted.environment),
        ("cluster", wanted.cluster), ("database", wanted.database),
        *(("part", f"{one.plan} {one.proof} {one.revision}") for one in wanted.parts),
        *(("drop", one) for one in wanted.drops), *(("rewrite", one) for one in wanted.rewrites),
        ("tier", wanted.tier), ("author", wanted.author), *(("wrote", one) for one in wanted.writers),
        ("quorum", str(wanted.quorum)), *([("touch", "required")] if wanted.needs_touch else []),
        ("requested", moment(wanted.requested)), ("expires", moment(wanted.expires)), ("nonce", wanted.nonce),
    ])  # fmt: skip


def read_run(text: str, name: str) -> WantedRun:
    """What a text says. Raises LineEnds and NotAnApproval."""
    facts = facts_of(text, name, FORMAT, REQUIRED, KNOWN)
    said = {key: values[0] for key, values in facts.items()}
    try:
        wanted = WantedRun(
            tuple(_part(one) for one in facts["part"]), said["direction"], said["environment"], said["cluster"],
            said["database"], tuple(facts.get("drop", ())), tuple(facts.get("rewrite", ())), said["tier"], said["author"],
            tuple(facts.get("wrote", ())), int(said["quorum"]), needs_touch(facts), read_moment(said["requested"]),
            read_moment(said["expires"]), said["nonce"],
        )  # fmt: skip
    except ValueError as error:
        raise NotAnApproval(name=name, why=str(error)) from None
    names = [one.revision for one in wanted.parts]
    if not NONCE.fullmatch(wanted.nonce) or wanted.quorum < 1 or wanted.direction not in ("up", "down"):
        raise NotAnApproval(name=name, why="the nonce, the quorum or the direction is not what it should be")
    if len(names) != len(set(names)):
        raise NotAnApproval(name=name, why="it lists a revision twice")
    if text != run_text(wanted):
        raise NotAnApproval(name=name, why="it is not written as pgwright request writes it")
    return wanted


def wanted_parts(text: str, name: str) -> tuple[Wanted, ...]:
    """What a text of either kind approves, revision by revision. Raises LineEnds and NotAnApproval."""
    if not is_run(text):
        return (read_text(text, name),)
    run = read_run(text, name)
    return tuple(run.of(place) for place in range(len(run.parts)))


def wanted_of(text: str, name: str, revision: str | None = None) -> Wanted:
    """What a text of either kind says of a revision; without one, of its first. Raises NotAPart when it lists no such one."""
    parts = wanted_parts(text, name)
    found = next((one for one in parts if revision in (None, one.revision)), None)
    if found is None:
        raise NotAPart(name=name, revision=revision, environment=parts[0].environment)
    return found


def _part(text: str) -> Part:
    plan, _, rest = text.partition(" ")
    proof, _, revision = rest.partition(" ")
    if not HEX.fullmatch(plan) or not HEX.fullmatch(proof) or not revision:
        raise ValueError(f"it has the part {text[:60]!r}")
    return Part(revision, plan, proof)
