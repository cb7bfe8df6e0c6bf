"""request, approve, and the question whether a revision is approved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pgwright.event import Event, OnEvent, silent
from pgwright.gate.approval import Wanted, text_of
from pgwright.gate.approval_refusals import NoProof, NothingToSign, NotListed, TooFew
from pgwright.gate.author import author_of, authors_of
from pgwright.gate.judge import Approved, Circumstances, Document, judge, signed_by
from pgwright.gate.mentions import Mention, mentions
from pgwright.gate.papers import read_document, signature_file, used_for, write_request, write_run_request
from pgwright.gate.plan_digest import plan_of, proof_digest
from pgwright.gate.policy import Decision, policy_of
from pgwright.gate.request import Place, decision_on, wanted_for, wanted_for_all
from pgwright.gate.run_approval import run_text, wanted_parts
from pgwright.gate.sign import key_of, sign
from pgwright.gate.signers import signers_of
from pgwright.gate.sshsig import read
from pgwright.gate.supersede import around, is_supersede, read_supersede
from pgwright.project import History, Project, select
from pgwright.project.kept import kept_file
from pgwright.records import Proof, from_json
from pgwright.shadow.identity import ast_hash


@dataclass(frozen=True, slots=True)
class Requested:
    """A request that was written."""

    id: str
    file: str
    text: str
    mentions: tuple[Mention, ...] = ()  # lines of the project that name what is dropped
    format: str = "request/1"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that was made, and what is still missing."""

    id: str
    signer: str
    file: str
    missing: str = ""  # in words; empty when the approval counts now
    format: str = "approve/1"


@dataclass(frozen=True, slots=True)
class Explained:
    """Who decides over a revision, and why."""

    revision: str
    environment: str
    decision: Decision
    quorum: int
    touch: bool
    format: str = "policy/1"


def request(
    project: Project, revisions: str | Sequence[str], place: Place, *, direction: str = "up", author: str | None = None
) -> Requested:
    """Write the text that somebody has to sign before the revision, or all of several, may run there.

    `A..B` is what comes after A, up to B. Raises NoProof, NoAuthor, NothingToSign.
    """
    names = _in_order(project, [revisions] if isinstance(revisions, str) else revisions, direction)
    proofs = [proof_of(project, name) for name in names]
    policy = policy_of(project.settings.policy)
    by_id, where = project.history().by_id, place.environment.name
    if len(names) == 1:
        who = author or author_of(project, names[0], by_id[names[0]].file, where)
        wanted, plan = wanted_for(proofs[0], place, policy, who, _now(), direction=direction)
        id, text, drops, path = wanted.id, text_of(wanted), wanted.drops, write_request(project, wanted, plan)
    else:
        written = [authors_of(project, by_id[name].file)[:1] for name in names]
        first = author or author_of(project, names[0], by_id[names[0]].file, where)
        authors = [first, *(one for some in written for one in some)]
        run, plans = wanted_for_all(proofs, place, policy, authors, _now(), direction=direction)
        id, text, drops, path = run.id, run_text(run), run.drops, write_run_request(project, run, plans)
    return Requested(id, path.relative_to(project.root).as_posix(), text, mentions(project, drops))


def _in_order(project: Project, revisions: Sequence[str], direction: str) -> tuple[str, ...]:
    """The revisions that are meant, in the order in which they run. Raises NothingToSign."""
    history = project.history()
    wanted = {name for text in revisions for name in (select(history, text) if ".." in text else [only(project, text)])}
    if not wanted:
        raise NothingToSign(what=" ".join(revisions))
    if len(wanted) == 1:
        return tuple(wanted)
    from pgwright.shadow.order import walked

    order = [name for name in walked(history) if name in wanted]
    return tuple(order if direction == "up" else reversed(order))


def approve(project: Project, name: str, key: Path | None = None, on_event: OnEvent = silent) -> Signed:
    """Sign a request with the caller's own key, once everything but the number of signatures is in order."""
    document = read_document(project, name)
    chosen = key or key_of(project, document.id)
    signature = sign(document.text.encode(), chosen, lambda line: on_event(Event("sign", line)))
    made = read(signature, str(chosen))
    listed = next((one for one in signers_of(project) if one.key == made.key), None)
    if listed is None:
        raise NotListed(fingerprint=made.fingerprint)
    path = signature_file(project, document.id, listed.name)
    signed = Document(document.id, document.text, (*document.signatures, (path.name, signature)), document.plan)
    missing = ""
    try:
        _judged(project, signed)
    except TooFew as few:
        missing = few.message
    path.write_text(signature, encoding="ascii")
    return Signed(document.id, listed.name, path.relative_to(project.root).as_posix(), missing)


def _judged(project: Project, document: Document) -> None:
    """Raises what is wrong with a signed text of either kind."""
    if is_supersede(document.text):
        wanted = read_supersede(document.text, f"{document.id}.txt")
        signed_by(document, wanted, around(project, wanted))
    else:
        judged(project, document)


def check_approval(project: Project, name: str, place: Place | None = None, base: str | None = None) -> Approved:
    """The approval, when it counts for the revision as it is proven now. Raises the refusal that says why not."""
    return judged(project, read_document(project, name), place, base)


def judged(project: Project, document: Document, place: Place | None = None, base: str | None = None) -> Approved:
    """The approval, when it counts for every revision that it is for and that was not run under it yet."""
    parts = wanted_parts(document.text, f"{document.id}.txt")
    left = [one for one in parts if used_for(project, document, one.revision) is None] or parts[-1:]
    counts = [judge(document, circumstances(project, one, document, place, base), one.revision) for one in left]
    return counts[0]


def explain_policy(
    project: Project, revision: str, environment: str | None = None, *, direction: str = "up"
) -> Explained:
    """Who decides over a proven revision, step by step."""
    name = only(project, revision)
    policy = policy_of(project.settings.policy)
    where = project.settings.environment(environment) if environment else None
    decision = decision_on(proof_of(project, name), policy, where, direction)
    return Explained(name, environment or "", decision, policy.quorum, policy.touch)


def circumstances(
    project: Project, wanted: Wanted, document: Document, place: Place | None = None, base: str | None = None
) -> Circumstances:
    """The list, the clock, the authors and the plan as they are now."""
    proof, history = proof_of(project, wanted.revision), project.history()
    messages = proof.messages_up if wanted.direction == "up" else proof.messages_down
    return Circumstances(
        signers=signers_of(project, base),
        now=_now(),
        authors=[one for name in (wanted.revision, *wanted.earlier) for one in _wrote(project, history, name)],
        plan=plan_of(messages),
        proof=proof_digest(proof),
        cluster=place.cluster if place else None,
        database=place.database if place else None,
        used=lambda nonce: used_for(project, document, wanted.revision),
        before=_before(history, wanted) if wanted.earlier else None,
    )


def _wrote(project: Project, history: History, name: str) -> Sequence[str]:
    return authors_of(project, history.by_id[name].file) if name in history.by_id else ()


def _before(history: History, wanted: Wanted) -> frozenset[str]:
    """What runs before it, as the history is now."""
    from pgwright.shadow.order import walked

    order = walked(history)
    at = order.index(wanted.revision)
    return frozenset(order[:at] if wanted.direction == "up" else order[at + 1 :])


def proof_of(project: Project, revision: str) -> Proof:
    """The proof on record, when it is of the revision as its file is now. Raises NoProof."""
    path = kept_file(project, "proofs", revision)
    written = project.history().by_id.get(revision)
    if written is None or not path.is_file():
        raise NoProof(revision=revision, why="it has no proof" if written else "there is no such revision here")
    proof = from_json(Proof, json.loads(path.read_text("utf-8")))
    if proof.identity is None or proof.identity.ast != ast_hash(written.file):
        raise NoProof(revision=revision, why="its file changed after it was proven")
    return proof


def only(project: Project, revision: str) -> str:
    """The one revision of that name or unique beginning."""
    [name] = select(project.history(), revision)[:1]
    return name


def _now() -> datetime:
    return datetime.now(UTC)
