"""What a proof on a server that is not ours can say, and what it cannot: told in the proof itself."""

from __future__ import annotations

from dataclasses import replace

from pgwright.records import Proof, Reason
from pgwright.shadow.attached import AttachedServer
from pgwright.step import Finding

FORBIDDEN = "42501"  # insufficient_privilege (PostgreSQL documentation, Appendix A)


def told(proof: Proof, server: AttachedServer, *, traced: bool) -> Proof:
    """The proof as it is honest there: what was not recorded is named, and a right that the role lacks refutes nothing."""
    findings = (*proof.findings, *([_not_traced(proof, server)] if traced and proof.timings else []))
    reasons = tuple(_explained(reason, server) for reason in proof.reasons)
    only_rights = bool(reasons) and all(_is_forbidden(reason, server) for reason in reasons)
    verdict = "unproven" if only_rights else proof.verdict
    return replace(proof, findings=findings, reasons=reasons, verdict=verdict)


def _not_traced(proof: Proof, server: AttachedServer) -> Finding:
    return Finding(
        rule="not-traced",
        code="PW495",
        severity="info",
        confidence="measured",
        message=f"not traced: the log of the server at {server.source} cannot be read",
        why="Messages, rewrites, drops and rows of this revision are not recorded, and locks only of statements outside a "
        "transaction that a second session could make wait. Up, down and up again were compared all the same.",
        instead="Leave the server's URL out to have everything recorded on a server of pgwright's own.",
        revision=proof.revision,
    )


def _is_forbidden(reason: Reason, server: AttachedServer) -> bool:
    return reason.sqlstate == FORBIDDEN and not server.is_superuser


def _explained(reason: Reason, server: AttachedServer) -> Reason:
    if not _is_forbidden(reason, server):
        return reason
    cause = f"the role {server.user} lacks this right on the server at {server.source}: the revision is neither right nor wrong"
    return replace(reason, cause=cause)
