"""One revision as a report sees it: what was planned and what was proven, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pgwright.records import Change, Proof, Reason, Verdict
from pgwright.step import Observed, Phase


@dataclass(frozen=True, slots=True)
class Entry:
    """A revision with its proof; `phase` is None for a revision that pgwright did not plan."""

    revision: str
    parent: str | None
    file: str
    message: str
    phase: Phase | None
    upgrade: tuple[str, ...]
    downgrade: tuple[str, ...]
    validation: tuple[str, ...]
    proof: Proof | None

    @property
    def verdict(self) -> Verdict:
        """Without a proof nothing is proven."""
        return self.proof.verdict if self.proof else "unproven"


def entries(change: Change | None, proofs: Sequence[Proof]) -> tuple[Entry, ...]:
    """The revisions in the order of deployment: the planned ones, then those that were only proven."""
    by_revision = {p.revision: p for p in proofs}
    planned = change.revisions if change else ()
    out = [
        Entry(
            r.revision, r.down_revision, r.file, r.message, r.phase, r.upgrade_sql, r.downgrade_sql, r.validation,
            by_revision.pop(r.revision, None),
        )
        for r in planned
    ]  # fmt: skip
    for proof in by_revision.values():
        parents = proof.identity.parents if proof.identity else ()
        validation = tuple(query for query, _ in proof.validation)
        up, down = _sql(proof.messages_up), _sql(proof.messages_down)
        parent = parents[0] if parents else None
        out.append(Entry(proof.revision, parent, proof.file, "", None, up, down, validation, proof))
    return tuple(out)


def _sql(messages: Sequence[Observed]) -> tuple[str, ...]:
    """What the server received, without Alembic's own bookkeeping."""
    return tuple(m.message for m in messages if not is_bookkeeping(m))


def is_bookkeeping(seen: Observed) -> bool:
    """True for what Alembic sends for itself: reading and writing its version table."""
    return "alembic_version" in seen.message


def rollback_test(found: Sequence[Entry]) -> str:
    """PASS only when every revision is proven; else FAIL or NOT PROVEN with the first reason."""
    for verdict, word in (("refuted", "FAIL"), ("unproven", "NOT PROVEN")):
        for entry in found:
            if entry.verdict == verdict:
                return f"{word} ({entry.revision}{_why(entry)})"
    return "PASS" if found else "NOT PROVEN (no revision)"


def _why(entry: Entry) -> str:
    if entry.proof is None:
        return ": no proof on record"
    reason = first_reason(entry.proof)
    return f", {reason.phase}: {one_line(reason.message)}" if reason else ""


def first_reason(proof: Proof) -> Reason | None:
    """The reason that decided the verdict, or None."""
    return proof.reasons[0] if proof.reasons else None


def one_line(text: str, limit: int = 0) -> str:
    """The text on one line, cut at `limit` characters when there is one."""
    line = " ".join(text.split())
    return f"{line[: limit - 3]}..." if limit and len(line) > limit else line
