"""What apply and undo share: the address, the proofs, the sessions, and the run itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from pgwright.event import OnEvent, silent
from pgwright.interpreter import Interpreter, Ran, Target
from pgwright.project import Project
from pgwright.project.address import address_of
from pgwright.project.kept import keep, kept_proofs
from pgwright.records import Receipt
from pgwright.run import approval, journal, origin
from pgwright.run.approval import Asked, Gate
from pgwright.run.likeness import made_roles
from pgwright.run.planned import Known
from pgwright.run.policy import Policy
from pgwright.run.preconditions import require as require_preconditions
from pgwright.run.runner import Work, carry_out
from pgwright.run.session import Session, opened
from pgwright.run.unit import Unit
from pgwright.run.whole import Whole
from pgwright.run.withdraw import withdraw
from pgwright.shadow.identity import ast_hash
from pgwright.shadow.order import walked
from pgwright.verbs import backup
from pgwright.verbs.gatekeeper import close_left, gatekeeper, remember_head
from pgwright.verbs.notify import notified
from pgwright.verbs.rebuilt import rebuilding
from pgwright.verbs.refusals import BrokenHistory
from pgwright.verbs.sealed import require_applied, require_sealed
from pgwright.verbs.way import Units, way_of


@dataclass(frozen=True, slots=True)
class How:
    """How the caller wants a run done; every default means the sane thing."""

    policy: Policy = field(default_factory=Policy)
    python: str | None = None
    tenant: str | None = None  # only this one, where env.py loops over tenants
    canary: str | None = None  # the tenant that goes first; by default the first by name
    gate: Gate | None = None  # by default the project's own: its decision matrix and approvals
    as_far: bool = False  # as proofs and approvals reach, instead of refusing all for one that is outstanding
    noticed: set[str] | None = None  # ends that the notify command was told of; the same is not told again
    on_receipt: Callable[[Receipt], object] = lambda receipt: None
    stopping: Callable[[], bool] = lambda: False
    point: Callable[[str], None] = lambda name: None


@dataclass(frozen=True, slots=True)
class Executed:
    """What a run came to: the recorded revisions before and after, and a receipt per revision."""

    environment: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    receipts: tuple[Receipt, ...] = ()
    format: str = "run/1"


def known_of(project: Project) -> Known:
    """History and proofs. Raises BrokenHistory."""
    history = project.history()
    for problem in history.problems:
        raise BrokenHistory(problem=problem.message, file=str(problem.file), line=problem.line)
    proofs = {proof.revision: proof for proof in kept_proofs(project)}
    return Known(history, walked(history), proofs, lambda written: ast_hash(written.file))


def execute(
    project: Project,
    environment: str,
    units_of: Units,
    how: How,
    on_event: OnEvent = silent,
    *,
    back: bool = False,
) -> Executed:
    """Run the units that lie on the way. Raises the refusal that kept it, or that ended it; receipts are kept as they come."""
    known = known_of(project)
    address = address_of(project.settings, environment)
    direction = "down" if back else "up"
    require_sealed(project, address.environment.kind, on_event, back=back)
    with (
        notified(project, environment, direction, on_event, how.noticed) as told,
        opened(address, how.policy.paced(address.environment.pace), on_event, how.point, how.stopping) as session,
        journal.alone(session),
    ):
        origin.require(session, project.root)
        require_applied(project, session, on_event)
        close_left(project, session, known)
        way = way_of(session, known, units_of, how.tenant, how.canary)
        before, units = way.heads(session), way.units
        if not units and not journal.exists(session):
            return Executed(environment, before, before)
        asked = Asked(address.environment, session.about, units, session.is_guarded)
        gate = how.gate or gatekeeper(project)
        accepted, units = approval.as_far(gate, asked) if how.as_far else (approval.require(gate, asked), units)
        require_preconditions(session, units)
        backup.require(project, session, units, before)
        journal.make(session)
        journal.resume(session, before, way.before)
        if back and (noted := journal.open_unit(session)) is not None and noted.direction == "up":
            withdraw(session, way.to(noted.tenant, noted.revision, environment)[0], noted)
        receipts = []
        with _interpreter(project, how, units) as whole:
            roles = made_roles(one.file.read_text("utf-8", "replace") for one in known.history.revisions)
            work = Work(session, rebuilding(project, known, how.python, on_event), whole, accepted, roles)
            for receipt in carry_out(work, units):
                whose = f".{receipt.tenant}" if receipt.tenant else ""
                keep(project, "receipts", f"{environment}{whose}.{receipt.revision}.{receipt.direction}", receipt)
                receipts.append(receipt)
                how.on_receipt(receipt)
                remember_head(project, environment, receipt.ledger)
                told.append(receipt.revision)
                _tell(session, receipt)
                if receipt.state != "done":
                    break
        return Executed(environment, before, way.heads(session), tuple(receipts))


def _tell(session: Session, receipt: Receipt) -> None:
    good = receipt.state == "done"
    took = sum(step.seconds for step in receipt.steps)
    session.tell(receipt.state, f"{receipt.revision} ({took:.2f} s)", level="good" if good else "bad")


@contextmanager
def _interpreter(project: Project, how: How, units: tuple[Unit, ...]) -> Iterator[Whole | None]:
    """The user's interpreter, when a unit has to run whole; nothing is kept from the network then: the target is theirs."""
    if not any(unit.kind == "whole" for unit in units):
        with nullcontext():
            yield None
        return
    with Interpreter(project, how.python, guard=False, network=False) as interpreter:
        loaded = False

        def step(target: Target, direction: str, revision: str) -> Ran:
            nonlocal loaded
            if not loaded:
                interpreter.load(target)
                loaded = True
            return interpreter.step(target, [(direction, revision)])  # type: ignore[list-item]

        yield Whole(step)
