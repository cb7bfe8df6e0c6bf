"""The files of approvals: `.pgwright/approvals/<id>.txt`, the plan it was asked for, and one `.sig` per signer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pgwright.gate.approval import Wanted, text_of
from pgwright.gate.approval_refusals import LineEnds, NotAnApproval, NotAPart, UnknownApproval
from pgwright.gate.judge import Document
from pgwright.gate.plan_digest import Message
from pgwright.gate.run_approval import WantedRun, run_text, wanted_of
from pgwright.gate.superseded import FOLDER
from pgwright.project import Project

RECEIPTS = Path(".pgwright/receipts")


def write_request(project: Project, wanted: Wanted, plan: tuple[Message, ...]) -> Path:
    """The text to sign, and beside it the statements in full for whoever reads before signing."""
    path = _written(project, wanted.id, text_of(wanted))
    path.with_suffix(".plan.json").write_text(json.dumps({"format": "plan-text/1", "steps": _steps(plan)}, indent=1) + "\n")
    return path


def write_run_request(project: Project, wanted: WantedRun, plans: Mapping[str, tuple[Message, ...]]) -> Path:
    """The same for several revisions: one text, and beside it the statements of each."""
    path = _written(project, wanted.id, run_text(wanted))
    parts = [{"revision": name, "steps": _steps(plan)} for name, plan in plans.items()]
    path.with_suffix(".plan.json").write_text(json.dumps({"format": "plan-text/1", "parts": parts}, indent=1) + "\n")
    return path


def read_document(project: Project, name: str) -> Document:
    """The request of that id, or of a unique beginning of one, with its signatures. Raises UnknownApproval."""
    folder = project.root / FOLDER
    known = sorted(one.name.removesuffix(".txt") for one in folder.glob("*.txt"))
    found = [one for one in known if one == name] or [one for one in known if one.startswith(name)]
    if len(found) != 1:
        raise UnknownApproval(approval=name, known=", ".join(known) or "none")
    id = found[0]
    # `<id>.<signer>.sig`, and `<id>.txt.sig`, as ssh-keygen itself names it
    signatures = tuple(
        (one.name, one.read_text("utf-8", "replace"))
        for one in sorted(folder.glob("*.sig"))
        if one.name.startswith(f"{id}.")
    )
    plan, plans = _plans(folder / f"{id}.plan.json")
    return Document(id, _text(folder / f"{id}.txt"), signatures, plan, plans)


def documents(project: Project, revision: str, environment: str) -> tuple[Document, ...]:
    """Every request for that revision and environment, the newest first."""
    found = []
    for path in (project.root / FOLDER).glob("*.txt"):
        document = read_document(project, path.name.removesuffix(".txt"))
        try:
            wanted = wanted_of(document.text, path.name, revision)
        except (LineEnds, NotAnApproval, NotAPart):
            continue  # not an approval, or of others: whoever asks for it by its name is told why
        if (wanted.revision, wanted.environment) == (revision, environment):
            found.append((wanted.requested, path.stat().st_mtime_ns, document))  # texts say whole seconds only
    return tuple(document for _, _, document in sorted(found, key=lambda one: one[:2], reverse=True))


def signature_file(project: Project, id: str, signer: str) -> Path:
    """Where a person's signature lies."""
    safe = "".join(c if c.isalnum() or c in "-_@" else "_" for c in signer)
    return project.root / FOLDER / f"{id}.{safe}.sig"


def used_for(project: Project, document: Document, revision: str) -> str | None:
    """The receipt of the run that the approval was used up for with that revision, or None.

    A run that was cut off may go on with it.
    """
    digest = approval_digest(document)
    for path in sorted((project.root / RECEIPTS).glob("*.json")):
        try:
            data = json.loads(path.read_text("utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError):
            continue
        if isinstance(data, dict) and digest in data.get("approvals", ()) and data.get("state") == "done":
            if data.get("revision") != revision:
                continue  # another one of those that were signed together
            return path.relative_to(project.root).as_posix()
    return None


def approval_digest(document: Document) -> str:
    """What a Receipt keeps of an approval."""
    return sha256(document.text.encode()).hexdigest()


def _text(path: Path) -> str:
    """As it lies there: line ends are part of what is signed."""
    return path.read_bytes().decode("utf-8", "replace")


def _written(project: Project, id: str, text: str) -> Path:
    folder = project.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{id}.txt"
    path.write_bytes(text.encode())
    return path


def _steps(plan: tuple[Message, ...]) -> list[dict[str, str]]:
    return [{"digest": one.digest, "text": one.text} for one in plan]


def _plans(path: Path) -> tuple[tuple[Message, ...], dict[str, tuple[Message, ...]]]:
    """What the request was for, in full, of one revision or of each: it is only for messages.

    Nothing when it is not there or not readable.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
        plans = {str(one["revision"]): _messages(one["steps"]) for one in told.get("parts", ())}
        return _messages(told.get("steps", ())), plans
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return (), {}


def _messages(steps: Iterable[Any]) -> tuple[Message, ...]:
    return tuple(Message(str(one["digest"]), str(one["text"])) for one in steps)
