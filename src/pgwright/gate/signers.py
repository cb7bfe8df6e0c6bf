"""Who may sign: `.pgwright/allowed_signers`, in OpenSSH's own format (ssh-keygen(1), ALLOWED SIGNERS).

The list that counts is the main branch's: whoever asks for an approval could add a key to the one beside it. In a guarded
database the authority is its own copy (`pgwright.signer`), changed by a quorum.
"""

from __future__ import annotations

import base64
import binascii
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pgwright.gate.approval_refusals import BadSigners, NoSigners
from pgwright.gate.guard_refusals import NoExpiryThere
from pgwright.gate.guard_refusals import NoSigners as NobodyCould
from pgwright.gate.sshsig import HARDWARE, NAMESPACE, kind_of
from pgwright.project import Project
from pgwright.project.repository import file_at, has_commits, merge_base

FILE = Path(".pgwright/allowed_signers")
OPTIONS = ("namespaces", "valid-after", "valid-before")


@dataclass(frozen=True, slots=True)
class Listed:
    """Who may sign, as a guarded database lists it: a name, and a key as in an SSH public key file."""

    principal: str
    kind: str
    key: str
    touch: bool = False


@dataclass(frozen=True, slots=True)
class Signer:
    """One key and the person who has it; a person may go by several names."""

    names: frozenset[str]
    kind: str
    key: bytes
    namespaces: tuple[str, ...] = ()  # empty: any
    valid_after: datetime | None = None
    valid_before: datetime | None = None

    @property
    def name(self) -> str:
        """The name for people."""
        return min(self.names)

    def is_valid(self, at: datetime) -> bool:
        """True when the list says that the key counts at that moment."""
        after = self.valid_after is None or self.valid_after <= at
        return after and (self.valid_before is None or at < self.valid_before)


def signers_of(project: Project, base: str | None = None) -> tuple[Signer, ...]:
    """The list of the main branch; where that has none yet, the one in the work tree. Raises NoSigners, BadSigners."""
    file = project.root / FILE
    text = None
    if project.repository is not None and has_commits(project.repository):
        commit = base or merge_base(project.repository, project.settings.main)
        text = file_at(project.repository, commit, file) if commit else None
    if text is None:
        if not file.is_file():
            raise NoSigners(where=FILE)
        text = file.read_text("utf-8")
    return read_signers(text)


def listed(signers: Sequence[Signer], *, touch: bool = False, now: datetime | None = None) -> tuple[Listed, ...]:
    """The keys as the guard lists them at installation: those that are valid now. Raises NoExpiryThere and NoSigners.

    The database's list knows no last day: a key that has one would count there for ever, so it is refused. With
    `touch`, a hardware key counts only when it was touched.
    """
    at = now or datetime.now(UTC)
    for one in signers:
        if one.valid_before is not None and one.is_valid(at):
            raise NoExpiryThere(signer=one.name, until=one.valid_before.date())
    found = [one for one in signers if one.is_valid(at)]
    if not found:
        raise NobodyCould(why=f"{FILE} has no key that is valid now", where=FILE)
    return tuple(
        Listed(one.name, one.kind, base64.b64encode(one.key).decode(), touch and one.kind == HARDWARE) for one in found
    )


def read_signers(text: str) -> tuple[Signer, ...]:
    """Every key that may sign for us. One key is one person's. Raises BadSigners and KeyKind with the line."""
    found: list[Signer] = []
    for number, row in enumerate(text.splitlines(), 1):
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        signer = _signer(row, number)
        for other in found:
            if other.key == signer.key and not other.names & signer.names:
                raise BadSigners(number=number, why=f"this key is {other.name}'s already, and one key is one person's")
        found.append(signer)
    return tuple(one for one in found if not one.namespaces or NAMESPACE in one.namespaces)


def _signer(row: str, number: int) -> Signer:
    try:
        words = shlex.split(row, posix=False)
    except ValueError as error:
        raise BadSigners(number=number, why=str(error).lower()) from None
    at = next((i for i, word in enumerate(words[1:], 1) if word.startswith(("ssh-", "sk-", "ecdsa-"))), None)
    if at is None or len(words) <= at + 1:
        raise BadSigners(number=number, why="it is not: name [options] key-type key")
    names = frozenset(one.strip('"').casefold() for one in words[0].split(","))
    if any(set(one) & set("*?!") for one in names):
        raise BadSigners(number=number, why=f"{words[0]} is a pattern: who signed must be one person")
    options = _options("".join(words[1:at]), number)
    try:
        key = base64.b64decode(words[at + 1], validate=True)
    except binascii.Error:
        raise BadSigners(number=number, why="the key is not base64") from None
    return Signer(
        names,
        kind_of(key, f"the key of {min(names)}"),
        key,
        tuple(one.strip() for one in options["namespaces"].split(",")) if "namespaces" in options else (),
        _moment(options.get("valid-after"), number),
        _moment(options.get("valid-before"), number),
    )


def _options(text: str, number: int) -> dict[str, str]:
    """`key="value"` pairs between commas; one that is not known is refused, it may be meant to restrict."""
    found: dict[str, str] = {}
    rest = text
    while rest:
        name, _, rest = rest.partition("=")
        if name.casefold() not in OPTIONS or not rest.startswith('"') or '"' not in rest[1:]:
            raise BadSigners(number=number, why=f"the option {name} is not one of {', '.join(OPTIONS)}")
        found[name.casefold()], _, rest = rest[1:].partition('"')
        rest = rest.removeprefix(",")
    return found


def _moment(text: str | None, number: int) -> datetime | None:
    """YYYYMMDD[HHMM[SS]][Z], as ssh-keygen reads it; without Z it is the local time there, which nobody shares: UTC here."""
    if text is None:
        return None
    for form in ("%Y%m%d", "%Y%m%d%H%M", "%Y%m%d%H%M%S"):
        try:
            return datetime.strptime(text.removesuffix("Z"), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise BadSigners(number=number, why=f"{text} is not a time like 20270101 or 202701011200Z")
