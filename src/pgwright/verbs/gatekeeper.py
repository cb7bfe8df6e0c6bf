"""Who stands at the gate when a project applies: its decision matrix, its approvals, and its sealed history.

Development is free. In staging and production what the matrix calls independent goes, everything else waits for an
approval that counts here and now. Where the database is guarded, it lets nothing through without one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgwright.errors import Refusal
from pgwright.gate.applied import line_for
from pgwright.gate.judge import Approved, Document, judge
from pgwright.gate.ledger import Head
from pgwright.gate.ledger import keep as keep_head
from pgwright.gate.papers import approval_digest, documents
from pgwright.gate.policy import Decision, Policy, policy_of
from pgwright.gate.request import Place, decision_on
from pgwright.gate.run_approval import wanted_of
from pgwright.project import Project
from pgwright.run import journal, seat
from pgwright.run.approval import Accepted, Answered, Asked, Gate
from pgwright.run.planned import Known
from pgwright.run.session import Session
from pgwright.run.unit import Unit
from pgwright.verbs.approve import circumstances, proof_of
from pgwright.verbs.refusals import ForbiddenStep


def gatekeeper(project: Project, base: str | None = None) -> Gate:
    """The gate of the project. Raises ForbiddenStep; what is only missing is answered."""

    def ask(asked: Asked) -> Answered:
        policy = policy_of(project.settings.policy)
        place = Place(asked.environment, asked.about.identifier, asked.about.database)
        outstanding: list[tuple[str, str]] = []
        unasked: list[str] = []
        accepted: list[Accepted] = []
        for unit in asked.units:
            decision = decision_on(unit.proof, policy, asked.environment, unit.direction)
            if not _is_needed(asked, unit, decision):
                continue
            found = _approval(project, unit, place, base, asked.is_guarded)
            if isinstance(found, Accepted):
                accepted.append(found)
            else:
                outstanding.append((unit.revision, _in_words(asked, unit, decision, policy, found)))
                unasked += [unit.revision] if found is None else []
        together = _together(asked, unasked)
        return Answered(tuple((one, what + together) for one, what in outstanding), tuple(accepted))

    return ask


def _is_needed(asked: Asked, unit: Unit, decision: Decision) -> bool:
    kind = asked.environment.kind
    if decision.tier == "forbidden" and kind != "dev":
        raise ForbiddenStep(revision=unit.revision, environment=asked.environment.name, what=decision.words)
    return asked.is_guarded or (kind != "dev" and decision.tier != "independent")


def _approval(
    project: Project, unit: Unit, place: Place, base: str | None, is_guarded: bool
) -> Accepted | Refusal | None:
    """The newest approval that counts; else what is wrong with the newest request; None when there is none."""
    wrong: Refusal | None = None
    for document in _requests(project, unit, place):
        try:
            return _accepted(project, document, _judged(project, document, unit.revision, place, base), is_guarded)
        except Refusal as refused:
            wrong = wrong or refused
    return wrong


def _requests(project: Project, unit: Unit, place: Place) -> Iterator[Document]:
    """The requests for this revision, this way."""
    for document in documents(project, unit.revision, place.environment.name):
        if wanted_of(document.text, document.id, unit.revision).direction == unit.direction:
            yield document


def _judged(project: Project, document: Document, revision: str, place: Place, base: str | None) -> Approved:
    wanted = wanted_of(document.text, f"{document.id}.txt", revision)
    return judge(document, circumstances(project, wanted, document, place, base), revision)


def _accepted(project: Project, document: Document, approved: Approved, is_guarded: bool) -> Accepted:
    signatures = tuple(content for _, content in document.signatures)
    revision = approved.wanted.revision
    line = line_for(project, proof_of(project, revision)) if is_guarded else ""
    return Accepted(revision, approval_digest(document), document.text, signatures, approved.people, line)


def _in_words(asked: Asked, unit: Unit, decision: Decision, policy: Policy, wrong: Refusal | None) -> str:
    """What is missing, and the command that comes next."""
    if wrong is not None:
        return f"{wrong.message} {' '.join(wrong.hint.split())}".strip()
    down = " --down" if unit.direction == "down" else ""
    command = f"pgwright request {unit.revision} --env {asked.environment.name}{down}"
    who = "the guard asks for a signature" if decision.tier == "independent" else decision.words
    people = f", {policy.quorum} people" if policy.quorum > 1 else ""
    return f"{who}{people}. Ask for it: {command}"


def _together(asked: Asked, revisions: Sequence[str]) -> str:
    """How to ask for several at once."""
    if len(revisions) < 2:
        return ""
    down = " --down" if asked.units[0].direction == "down" else ""
    command = f"pgwright request {' '.join(revisions)} --env {asked.environment.name}{down}"
    return f"\nFor all {len(revisions)} that wait, with one signature: {command}"


def close_left(project: Project, session: Session, known: Known) -> None:
    """Close what a run left open that was killed between its last commit and the end; then its approval is used up."""
    left = seat.unclosed(session)
    last = session.look("last_unit") if left and journal.exists(session) else []
    if not last:
        return
    _, revision, direction, *_ = last[0]
    place = Place(session.address.environment, session.about.identifier, session.about.database)
    for document in documents(project, revision, session.name):
        wanted = wanted_of(document.text, document.id, revision)
        if wanted.nonce in left and wanted.direction == direction:
            try:
                accepted = _accepted(project, document, _judged(project, document, revision, place, None), True)
                proof = known.proofs[revision]
                messages = proof.messages_up if direction == "up" else proof.messages_down
                head = seat.close_left(session, accepted, direction, messages)
            except Refusal as refused:  # it can only be what makes it useless: expired, or no longer for this plan
                session.tell("gate", f"{document.id} stays open: {refused.message}", level="note")
            else:
                remember_head(project, session.name, head)


def remember_head(project: Project, environment: str, ledger: str) -> None:
    """Write down a ledger's head beside the receipt, to be committed: a cut tail is seen only by comparing with it."""
    if ledger:
        seq, _, hash = ledger.partition(" ")
        keep_head(project, environment, Head(int(seq), hash))
