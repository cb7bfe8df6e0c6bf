"""From proofs to units: which revisions lie between here and there, and how each can be run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pgwright.design import batched
from pgwright.project import History
from pgwright.project.history import Written
from pgwright.records import Proof
from pgwright.run import form, literal
from pgwright.run.refusals import Declared, NotOnTheWay, NotProven
from pgwright.run.unit import Direction, RunStep, Unit, UnitKind, steps_of
from pgwright.step import Observed

VERSION_WRITE = re.compile(
    r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(?P<table>(?:\"[^\"]+\"|\w+)(?:\.(?:\"[^\"]+\"|\w+))?)\s.*\bversion_num\b",
    re.I | re.S,
)
PLAIN = re.compile(r"(CREATE|ALTER|DROP|COMMENT)\b", re.I)


@dataclass(frozen=True, slots=True)
class Known:
    """What the project knows: its history in Alembic's order, and the proof of each revision as it stands now."""

    history: History
    order: tuple[str, ...]
    proofs: Mapping[str, Proof]
    ast_of: Callable[[Written], str]


def upwards(
    known: Known, heads: tuple[str, ...], to: str, environment: str, *, as_far: bool = False
) -> tuple[Unit, ...]:
    """The units from the recorded heads up to `to`, or `as_far` as proofs reach. Raises NotOnTheWay and NotProven."""
    _require_known(known, heads, environment)
    there = {name for head in heads for name in known.history.ancestors(head)}
    wanted = known.history.ancestors(to) - there
    if not wanted and to not in there:
        remedy = "There is no such revision in this tree."
        raise NotOnTheWay(target=to, where="above", environment=environment, current=_names(heads), remedy=remedy)
    units: list[Unit] = []
    for name in (one for one in known.order if one in wanted):
        written = known.history.by_id[name]
        after = tuple(sorted((set(heads) - set(written.down)) | {name}))
        try:
            units.append(_unit(known, written, "up", heads, after))
        except NotProven:
            if not (as_far and units):
                raise
            break
        heads = after
    return tuple(units)


def downwards(known: Known, heads: tuple[str, ...], to: str, environment: str) -> tuple[Unit, ...]:
    """The units from the recorded heads down to `to`, which must be recorded below them. Raises NotOnTheWay."""
    _require_known(known, heads, environment)
    there = {name for head in heads for name in known.history.ancestors(head)}
    below: set[str] = set() if to == "base" else known.history.ancestors(to)
    if to != "base" and to not in there:
        remedy = "undo goes to a revision that is recorded there; see: pgwright run status"
        raise NotOnTheWay(target=to, where="below", environment=environment, current=_names(heads), remedy=remedy)
    units: list[Unit] = []
    for name in (one for one in reversed(known.order) if one in there - below):
        written = known.history.by_id[name]
        rest = set(heads) - {name}
        covered = {a for head in rest for a in known.history.ancestors(head)}
        after = tuple(sorted(rest | (set(written.down) - covered)))
        units.append(_unit(known, written, "down", heads, after))
        heads = after
    return tuple(units)


def _require_known(known: Known, heads: Sequence[str], environment: str) -> None:
    strange = [head for head in heads if head not in known.history.by_id]
    if strange:
        remedy = f"No file declares {_names(strange)}. Check out the branch that holds it."
        raise NotOnTheWay(
            target="the history", where="around", environment=environment, current=_names(heads), remedy=remedy
        )


def _names(heads: Sequence[str]) -> str:
    return ", ".join(heads) or "base"


def _unit(
    known: Known, written: Written, direction: Direction, before: tuple[str, ...], after: tuple[str, ...]
) -> Unit:
    proof = _proof(known, written, direction)
    up = direction == "up"
    messages = proof.messages_up if up else proof.messages_down
    why = why_not_replayable(proof, messages)
    version = version_table(messages)
    filling = literal.read(written) if up else None
    blocks = batched.written_in(written.file.read_bytes(), "upgrade" if up else "downgrade") if written.literal else ()
    steps: tuple[RunStep, ...] = steps_of(messages, blocks)
    if not why and sum(step.batches is not None for step in steps) != len(blocks):
        why = "its batches are not among what was recorded"
    kind: UnitKind = "whole" if why else "backfill" if blocks and len(steps) == len(blocks) + 1 else "replay"
    if filling is not None:
        kind, steps, why = "backfill", _filled(steps), ""
    elif why:
        steps = (RunStep(1, "whole", messages),)
    ends = (proof.fingerprint_before, proof.fingerprint_after)
    fingerprints = ends if up else ends[::-1]
    return Unit(
        written.revision, direction, kind, steps, before, after, *fingerprints, proof, version, why, filling
    )


def _proof(known: Known, written: Written, direction: Direction) -> Proof:
    proof = known.proofs.get(written.revision)
    if proof is None:
        raise NotProven(revision=written.revision, why="there is no proof in .pgwright/proofs")
    if proof.verdict != "proven" or not proof.fingerprint_after:
        why = f"its proof says {proof.verdict}" + (f" ({proof.reasons[0].code})" if proof.reasons else "")
        if direction == "down" and proof.reasons:
            raise Declared(revision=written.revision, why=why)
        raise NotProven(revision=written.revision, why=why)
    if proof.identity is None or proof.identity.ast != known.ast_of(written):
        raise NotProven(revision=written.revision, why="the file was edited after the proof")
    if not proof.messages_up and not proof.messages_down:
        raise NotProven(revision=written.revision, why="its proof recorded no messages (made with --trace off)")
    return proof


def version_table(messages: Sequence[Observed]) -> str:
    """The version table as Alembic's own writes name it."""
    for message in reversed(messages):
        found = VERSION_WRITE.match(message.message)
        if found and message.line is None:
            return found["table"]
    return "alembic_version"


def version_table_of(proofs: Iterable[Proof]) -> str:
    """The version table as any proof of the history recorded it."""
    return next((version_table(p.messages_up) for p in proofs if p.messages_up), "alembic_version")


def why_not_replayable(proof: Proof, messages: Sequence[Observed]) -> str:
    """Why the recorded messages cannot simply be sent again; empty when they can.

    A proof that does not say is believed only for plain DDL that renders without data: DESIGN.md calls a revision
    replayable when two recordings on differently seeded shadows are equal.
    """
    if any(m.error for m in messages):
        return "one of its statements fails and the revision goes on"
    if any(m.parameters for m in messages):
        return "it sends values apart from the statement"
    if proof.replayable is not None:
        return "" if proof.replayable else "two recordings of it differ: it reads data or draws random values"
    if proof.identity is not None and proof.identity.compiled_reason:
        return f"it cannot be rendered without a database ({proof.identity.compiled_reason})"
    told = (m for m in messages if form.kind(m.message) not in ("session", "timeout"))
    odd = next((m for m in told if not _is_plain(m)), None)
    return f"it sends more than plain DDL: {' '.join(odd.message.split())[:60]}" if odd else ""


def _is_plain(message: Observed) -> bool:
    if message.line is None:
        return True  # Alembic's own
    return bool(form.does(PLAIN, message.message)) or form.kind(message.message) == "alone"


def _filled(steps: Sequence[RunStep]) -> tuple[RunStep, ...]:
    """A backfill's own step in the place of its recorded batches; the version write joins its end."""
    stamps = [m for step in steps for m in step.messages if m.line is None and VERSION_WRITE.match(m.message)]
    return (RunStep(1, "backfill", tuple(stamps), steps[-1].settings if steps else ()),)
