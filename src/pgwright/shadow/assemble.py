"""One Proof from everything that a cycle found."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from pgwright.interpreter import Revision
from pgwright.records import Proof, Reason, Verdict
from pgwright.schema.fingerprint import fingerprint
from pgwright.shadow.cycle import Cycle
from pgwright.shadow.drift import model_drift
from pgwright.shadow.findings import observed_findings
from pgwright.shadow.identity import identify
from pgwright.shadow.rows import Seeded
from pgwright.shadow.stage import Stage


def assemble(
    stage: Stage,
    revision: Revision,
    found: Cycle | None,
    seeded: Seeded,
    verdict: Verdict,
    reasons: Sequence[Reason],
    notes: Sequence[Reason],
    lacking: tuple[str, ...],
) -> Proof:
    """The record that is written, printed and, later, signed."""
    proof = Proof(
        revision=revision.id,
        file=_relative(stage, revision),
        verdict=verdict,
        reasons=tuple(reasons),
        identity=identify(stage, revision),
        rows_profile=stage.options.rows,
        seed=stage.options.seed,
        seeded=seeded.filled,
        unfilled=seeded.unfilled,
        server=f"PostgreSQL {stage.server.version // 10000}.{stage.server.version % 10000} ({stage.server.source})",
        extensions_missing=lacking,
    )
    if found is None:
        return proof
    return dataclasses.replace(
        proof,
        findings=(
            *observed_findings(revision, found, notes, dict(seeded.filled), stage.app_sql),
            *(model_drift(stage, revision, found.after.schema) if found.after else ()),
        ),
        differences=tuple(dataclasses.asdict(d) for d in found.differences),
        fingerprint_before=fingerprint(found.before.schema),
        fingerprint_after=fingerprint(found.after.schema) if found.after else "",
        messages_up=found.up,
        messages_down=found.down,
        timings=tuple(found.timings),
        validation=tuple(found.validation),
        shimmed=_shimmed(stage, found),
        application=found.application,
        rollback=found.rollback,
        replayable=found.replayable,
        resent=found.resent,
    )


def _shimmed(stage: Stage, found: Cycle) -> tuple[str, ...]:
    """Extensions in use whose real files the server lacks: stand-ins took their place."""
    schemas = [found.before.schema, *([found.after.schema] if found.after else [])]
    used = {thing.identity for schema in schemas for thing in schema.of_kind("extension")}
    return tuple(sorted(used & set(stage.server.shims)))


def _relative(stage: Stage, revision: Revision) -> str:
    root = stage.interpreter.project.root
    path = Path(revision.file)
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
