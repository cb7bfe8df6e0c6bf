"""Whether signatures make an approval: who signed, whether they may, and whether it is for this plan, here and now.

`ssh-keygen -Y verify` checks the bytes. What it leaves out is here: the touch of a hardware key, that the author is not
the approver, that a quorum is of different people, expiry, and the use of an approval for one run only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from pgwright.gate.approval import Wanted, moment
from pgwright.gate.approval_refusals import (
    AuthorSigned,
    BadSignature,
    ClockSkew,
    Expired,
    KeyNotValid,
    LineEnds,
    MovedDatabase,
    NeedsTouch,
    NotListed,
    NotTouched,
    OtherPlan,
    OutOfTurn,
    Replayed,
    TooFew,
    WrongNamespace,
)
from pgwright.gate.plan_digest import Message, plan_digest, what_changed
from pgwright.gate.run_approval import wanted_of
from pgwright.gate.signers import Signer
from pgwright.gate.sshsig import HARDWARE, NAMESPACE, Signature, read

SKEW = timedelta(minutes=5)  # two clocks that are kept by NTP differ by less


@dataclass(frozen=True, slots=True)
class Document:
    """A request and the signatures beside it, as they lie in the files."""

    id: str
    text: str
    signatures: tuple[tuple[str, str], ...]  # (file, content)
    plan: tuple[Message, ...] = ()  # what the plan was when it was asked for; not signed, so never trusted
    plans: Mapping[str, tuple[Message, ...]] = field(default_factory=dict)  # the same by revision, where it is for several


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an approval is judged by: the list, the clock, the authors, and what is about to run."""

    signers: Sequence[Signer]
    now: datetime
    authors: Collection[str] = ()
    plan: Sequence[Message] | None = None
    proof: str | None = None
    cluster: str | None = None
    database: str | None = None
    used: Callable[[str], str | None] = lambda nonce: None  # where a nonce was used before
    before: Collection[str] | None = None  # revisions that come before it on this way


@dataclass(frozen=True, slots=True)
class Approved:
    """An approval that counts."""

    wanted: Wanted
    people: tuple[str, ...]


class Signable(Protocol):
    """What any signed text says about its signing."""

    @property
    def revision(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def quorum(self) -> int: ...
    @property
    def needs_touch(self) -> bool: ...
    @property
    def requested(self) -> datetime: ...
    @property
    def expires(self) -> datetime: ...


def judge(document: Document, around: Circumstances, revision: str | None = None) -> Approved:
    """The approval, when it counts for that revision. Every refusal says what is wrong with it and what to do."""
    wanted = wanted_of(document.text, f"{document.id}.txt", revision)
    _this_place(document.id, wanted, around)
    _in_turn(document.id, wanted, around)
    _same_plan(document, wanted, around)
    return Approved(wanted, signed_by(document, wanted, replace(around, authors=(*around.authors, *wanted.writers))))


def signed_by(document: Document, wanted: Signable, around: Circumstances) -> tuple[str, ...]:
    """The people who signed, when they are enough and it is not too late. Raises the refusal that says why not."""
    _now(document.id, wanted, around)
    people: list[Signer] = []
    for name, content in document.signatures:
        signer = _signer(document, wanted, read(content, name), around)
        if not any(signer.names & other.names for other in people):
            people.append(signer)
    if len(people) < wanted.quorum:
        named = ", ".join(sorted(one.name for one in people)) or "nobody yet"
        raise TooFew(count=len(people), quorum=wanted.quorum, approval=document.id, people=named)
    return tuple(sorted(one.name for one in people))


def _now(approval: str, wanted: Signable, around: Circumstances) -> None:
    facts: dict[str, Any] = {"approval": approval, "now": moment(around.now)}
    if wanted.requested > around.now + SKEW:
        raise ClockSkew(requested=moment(wanted.requested), **facts)
    if wanted.expires <= around.now:
        raise Expired(expires=moment(wanted.expires), **facts)


def _this_place(approval: str, wanted: Wanted, around: Circumstances) -> None:
    facts: dict[str, Any] = {"approval": approval, "revision": wanted.revision, "environment": wanted.environment}
    here = (around.cluster or wanted.cluster, around.database or wanted.database)
    if here != (wanted.cluster, wanted.database):
        raise MovedDatabase(
            cluster=here[0], database=here[1], for_cluster=wanted.cluster, for_database=wanted.database, **facts
        )
    where = around.used(wanted.nonce)
    if where is not None:
        raise Replayed(where=where, **facts)


def _in_turn(approval: str, wanted: Wanted, around: Circumstances) -> None:
    """Several revisions were signed in an order: whether each came to its end, the database knows."""
    late = next((one for one in wanted.earlier if around.before is not None and one not in around.before), None)
    if late is not None:
        raise OutOfTurn(approval=approval, revision=wanted.revision, earlier=late, environment=wanted.environment)


def _same_plan(document: Document, wanted: Wanted, around: Circumstances) -> None:
    facts: dict[str, Any] = {"approval": document.id, "revision": wanted.revision, "environment": wanted.environment}
    if around.plan is not None and plan_digest(around.plan) != wanted.plan:
        kept = document.plans.get(wanted.revision, document.plan)
        then = kept if plan_digest(kept) == wanted.plan else None
        what = (
            what_changed(then, around.plan) if then is not None else "the statements are not the ones that were signed"
        )
        raise OtherPlan(what=what, **facts)
    if around.proof is not None and around.proof != wanted.proof:
        raise OtherPlan(what="the same statements, but the proof shows another result than it did then", **facts)


def _signer(document: Document, wanted: Signable, signature: Signature, around: Circumstances) -> Signer:
    """Who signed, when the signature counts."""
    found = next((one for one in around.signers if one.key == signature.key), None)
    name = found.name if found else signature.fingerprint
    if signature.namespace != NAMESPACE:
        raise WrongNamespace(signer=name, namespace=signature.namespace, approval=document.id)
    if not signature.holds(document.text.encode()):
        if signature.holds(document.text.replace("\n", "\r\n").encode()):
            raise LineEnds(name=f"{document.id}.txt")
        raise BadSignature(fingerprint=name, approval=document.id)
    if found is None:
        raise NotListed(fingerprint=signature.fingerprint)
    if not found.is_valid(around.now):
        raise KeyNotValid(signer=name)
    if signature.kind == HARDWARE and not signature.was_touched:
        raise NotTouched(signer=name)
    if wanted.needs_touch and signature.kind != HARDWARE:
        raise NeedsTouch(signer=name, approval=document.id)
    if found.names & {one.casefold() for one in (wanted.author, *around.authors)}:
        raise AuthorSigned(signer=name, approval=document.id)
    return found
