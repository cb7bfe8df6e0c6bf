"""report: the change planned last, with its proofs."""

from __future__ import annotations

import json

from pgwright.project import Project
from pgwright.project.kept import kept_file, kept_proofs
from pgwright.records import Change, Proof, from_json
from pgwright.verbs.refusals import NothingToReport


def latest(project: Project) -> tuple[Change | None, tuple[Proof, ...]]:
    """The change planned last with the proofs of its revisions; without one, all proofs there are."""
    folder = project.root / ".pgwright"
    changes = sorted((folder / "changes").glob("*.json"), key=lambda p: p.stat().st_mtime)
    if changes:
        change = from_json(Change, json.loads(changes[-1].read_text("utf-8")))
        files = [kept_file(project, "proofs", r.revision) for r in change.revisions]
        return change, tuple(from_json(Proof, json.loads(f.read_text("utf-8"))) for f in files if f.is_file())
    proofs = tuple(kept_proofs(project))
    if not proofs:
        raise NothingToReport()
    return None, proofs
