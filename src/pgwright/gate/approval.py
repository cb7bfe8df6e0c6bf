"""The text that a person signs: about a dozen lines that say what will happen, to which database, and until when.

The database reads the same text (sql/approval.sql): `key: value` lines, `drop` and `rewrite` as often as needed, every
other key once. What could be read in two ways is refused in both places.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pgwright.gate.approval_refusals import LineEnds, NotAnApproval

FORMAT = "approval/1"
LINE = re.compile(r"([a-z][a-z_-]*): ?(.*)")
REPEATED = ("drop", "rewrite", "part", "wrote")  # the last two in an approval of several revisions (run_approval.py)
REQUIRED = (
    "format", "what", "revision", "direction", "environment", "cluster", "database", "plan", "proof", "tier", "author",
    "quorum", "requested", "expires", "nonce",
)  # fmt: skip
KNOWN = {*REQUIRED, *REPEATED, "touch"}
HEX = re.compile(r"[0-9a-f]{64}")
NONCE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an approval says."""

    revision: str
    direction: str
    environment: str
    cluster: str
    database: str
    plan: str
    proof: str
    drops: tuple[str, ...]
    rewrites: tuple[str, ...]
    tier: str
    author: str
    quorum: int
    needs_touch: bool
    requested: datetime
    expires: datetime
    nonce: str
    writers: tuple[str, ...] = ()  # beside the author, who cannot approve either
    earlier: tuple[str, ...] = ()  # revisions that run before it under the same signature

    @property
    def id(self) -> str:
        """The name of its files. Only what is safe in a file name is taken of the revision."""
        return f"{in_file_name(self.revision)}.{self.environment}.{self.nonce[:8]}"


def in_file_name(revision: str) -> str:
    """What is safe in a file name of a revision's id, which may hold anything."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in revision)


def text_of(wanted: Wanted) -> str:
    """The text to sign. Raises NotAnApproval when a value would break its line."""
    verb = "apply" if wanted.direction == "up" else "undo"
    what = f"{verb} {wanted.revision}: {loss(wanted.drops, wanted.rewrites)}"
    pairs = [
        ("format", FORMAT), ("what", what), ("revision", wanted.revision), ("direction", wanted.direction),
        ("environment", wanted.environment), ("cluster", wanted.cluster), ("database", wanted.database),
        ("plan", wanted.plan), ("proof", wanted.proof),
        *(("drop", one) for one in wanted.drops), *(("rewrite", one) for one in wanted.rewrites),
        ("tier", wanted.tier), ("author", wanted.author), ("quorum", str(wanted.quorum)),
        *([("touch", "required")] if wanted.needs_touch else []),
        ("requested", moment(wanted.requested)), ("expires", moment(wanted.expires)), ("nonce", wanted.nonce),
    ]  # fmt: skip
    return lines_of(pairs)


def read_text(text: str, name: str) -> Wanted:
    """What a text says. Raises LineEnds and NotAnApproval."""
    facts = facts_of(text, name, FORMAT, REQUIRED, KNOWN)
    try:
        wanted = _wanted({key: values[0] for key, values in facts.items()}, facts)
    except ValueError as error:
        raise NotAnApproval(name=name, why=str(error)) from None
    forms = (HEX.fullmatch(wanted.plan), HEX.fullmatch(wanted.proof), NONCE.fullmatch(wanted.nonce))
    if not all(forms) or wanted.quorum < 1 or wanted.direction not in ("up", "down"):
        raise NotAnApproval(name=name, why="a digest, the nonce, the quorum or the direction is not what it should be")
    if text != text_of(wanted):
        raise NotAnApproval(name=name, why="it is not written as pgwright request writes it")
    return wanted


def _wanted(said: dict[str, str], facts: dict[str, list[str]]) -> Wanted:
    """Raises ValueError for a number or a time that is none."""
    return Wanted(
        revision=said["revision"],
        direction=said["direction"],
        environment=said["environment"],
        cluster=said["cluster"],
        database=said["database"],
        plan=said["plan"],
        proof=said["proof"],
        drops=tuple(facts.get("drop", ())),
        rewrites=tuple(facts.get("rewrite", ())),
        tier=said["tier"],
        author=said["author"],
        quorum=int(said["quorum"]),
        needs_touch=needs_touch(facts),
        requested=read_moment(said["requested"]),
        expires=read_moment(said["expires"]),
        nonce=said["nonce"],
    )


def moment(at: datetime) -> str:
    """UTC, ISO 8601, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_moment(text: str) -> datetime:
    """The moment that `moment` wrote. Raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def facts_of(text: str, name: str, form: str, required: Sequence[str], known: Collection[str]) -> dict[str, list[str]]:
    """The `key: value` lines of a signed text of that format. Raises LineEnds and NotAnApproval."""
    if "\r" in text:
        raise LineEnds(name=name)
    facts: dict[str, list[str]] = {}
    for row in text.removesuffix("\n").split("\n"):
        found = LINE.fullmatch(row)
        if found is None or found[1] not in known:
            raise NotAnApproval(name=name, why=f"it has the line {row[:60]!r}")
        if found[1] in facts and found[1] not in REPEATED:
            raise NotAnApproval(name=name, why=f"it says {found[1]} twice")
        facts.setdefault(found[1], []).append(found[2])
    missing = [key for key in required if not facts.get(key, [""])[0]]
    if missing:
        raise NotAnApproval(name=name, why=f"it does not say {missing[0]}")
    if facts["format"] != [form]:
        raise NotAnApproval(name=name, why=f"its format is {facts['format'][0]}, not {form}")
    return facts


def lines_of(pairs: Iterable[tuple[str, str]]) -> str:
    """A text to sign. Raises NotAnApproval when a value would break its line."""
    pairs = list(pairs)
    for key, value in pairs:
        if not value.isprintable():
            raise NotAnApproval(name="the request", why=f"{key} holds a character that is not printable")
    return "".join(f"{key}: {value}\n" for key, value in pairs)


def needs_touch(facts: dict[str, list[str]]) -> bool:
    """Whether it asks for hardware keys. Raises ValueError for another word than `required`."""
    if facts.get("touch", ["required"]) != ["required"]:
        raise ValueError("touch can only be required")
    return "touch" in facts


def loss(drops: Sequence[str], rewrites: Sequence[str]) -> str:
    """The worst of it in a few words: people read the beginning."""
    told = [f"drops {', '.join(drops)}"] if drops else []
    told += [f"rewrites {', '.join(rewrites)}"] if rewrites else []
    return "; ".join(told) or "drops nothing, rewrites nothing"
