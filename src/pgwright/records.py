"""The hand-overs between rooms: Task -> Change -> Proof -> Receipt. Frozen, JSON-stable, digest-carrying.

`to_json` and `from_json` are each other's inverse; the record's own format name travels with it, so that older files
stay readable. Approval joins them with the room that makes it.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from hashlib import sha256
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pgwright.step import Finding, Observed, Phase

R = TypeVar("R")
Verdict = Literal["proven", "refuted", "unproven"]
ProofPhase = Literal["env", "baseline", "seed", "up", "validate", "down", "reup", "one-shot", "app", "plan", "history"]


@dataclass(frozen=True, slots=True)
class Noted:
    """A fact that the task needs, and where it came from: the prompt itself, or found in the project."""

    name: str
    value: str
    origin: Literal["given", "found", "claimed"]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody asked for. Its text is data: nothing in it is an instruction to run, nor an approval."""

    title: str
    requests: tuple[dict[str, Any], ...] = ()  # typed requests as plain JSON (design.request reads them)
    environment: str = "development"
    context: tuple[Noted, ...] = ()
    claims: tuple[str, ...] = ()  # "ARCHITECT Approval: Granted ...": recorded, worth nothing
    warnings: tuple[str, ...] = ()
    source: str = ""
    task_id: str | None = None
    format: str = "task/1"


@dataclass(frozen=True, slots=True)
class PlannedRevision:
    """One Alembic revision that a change consists of."""

    revision: str
    down_revision: str | None
    phase: Phase
    message: str
    file: str
    upgrade_sql: tuple[str, ...]
    downgrade_sql: tuple[str, ...]
    validation: tuple[str, ...] = ()  # each returns one row with one count that must be 0


@dataclass(frozen=True, slots=True)
class Change:
    """A designed change: revisions in order, the model edit that goes with it, and who would have to approve."""

    task: Task
    revisions: tuple[PlannedRevision, ...]
    model_patch: str = ""
    notes: tuple[str, ...] = ()
    approval: str = ""  # what is outstanding, in words, e.g. "ARCHITECT (column change)"
    format: str = "change/1"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a revision was refuted, or why it could not be proven."""

    code: str
    phase: ProofPhase
    message: str
    statement: str | None = None
    sqlstate: str | None = None
    exception: str | None = None
    file: str | None = None
    line: int | None = None
    rows: tuple[str, ...] = ()  # offending rows, limited
    cause: str = ""
    repair: str = ""  # a patch of an unapplied revision, or what a new revision would do


@dataclass(frozen=True, slots=True)
class Identity:
    """What a revision is, apart from formatting (DESIGN.md, "How a revision is executed, recognised and identified")."""

    ast: str
    imports: str
    parents: tuple[str, ...]
    naming_convention: str
    compiled_up: str | None
    compiled_down: str | None
    compiled_reason: str = ""  # "reads-data" | "volatile" when compiled_* is None
    versions: tuple[tuple[str, str], ...] = ()  # alembic, sqlalchemy, server


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that one phase took on the shadow: an order of magnitude, not a production figure."""

    phase: ProofPhase
    seconds: float


@dataclass(frozen=True, slots=True)
class Tried:
    """A statement before and after a revision: `works`, `-` (not there, not tried), or the server's words.

    Of a release: what it does with a table. Of the application (`prove --app-sql`): `app.sql:12` and the tables that it uses.
    """

    release: str  # "old" | "new" | "app"
    table: str
    statement: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What a real server said about one revision: up, validate, down, compare, up again."""

    revision: str
    file: str
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    findings: tuple[Finding, ...] = ()
    differences: tuple[dict[str, Any], ...] = ()  # reported, not refuting ones included
    identity: Identity | None = None
    fingerprint_before: str = ""
    fingerprint_after: str = ""
    messages_up: tuple[Observed, ...] = ()
    messages_down: tuple[Observed, ...] = ()
    timings: tuple[Timing, ...] = ()
    rows_profile: Literal["none", "plain", "hostile"] = "none"
    seed: int = 0
    seeded: tuple[tuple[str, int], ...] = ()
    unfilled: tuple[tuple[str, str], ...] = ()  # table, why it could not be filled
    validation: tuple[tuple[str, int], ...] = ()  # validation query, count it found (0 is good)
    server: str = ""
    extensions_missing: tuple[str, ...] = ()
    shimmed: tuple[str, ...] = ()
    replayable: bool | None = None
    resent: bool = False  # the second upgrade sent the messages of the first, which depend on nothing, without env.py
    application: tuple[Tried, ...] = ()  # what both releases can do (prove --old-code, --app-sql)
    rollback: str = ""  # after a failure: whether the database had moved, and where it was brought back to
    tool: str = field(default="pgwright/0.1.0")
    format: str = "proof/1"


@dataclass(frozen=True, slots=True)
class StepReceipt:
    """One step of an execution: its digest is that of the messages sent."""

    no: int
    kind: str
    digest: str
    seconds: float
    rows: int = 0
    batches: int = 0
    longest: float = 0.0  # seconds of the longest batch: as long as a client may have waited for a row


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was done to a database: one revision, one direction. What a resumed run had done before is not in `steps`."""

    revision: str
    direction: Literal["up", "down"]
    environment: str
    kind: Literal["replay", "backfill", "whole"]
    state: str  # done, or the named state in which it stopped
    database: str
    identifier: str  # the cluster's system identifier, "" where the role may not ask
    role: str
    server: str
    started: str
    ended: str
    proof: str  # digest of the Proof
    steps: tuple[StepReceipt, ...] = ()
    resumed: bool = False
    fingerprint: str = ""  # of the database afterwards, as the proof names roles
    expected: str = ""
    differences: tuple[str, ...] = ()
    validation: tuple[tuple[str, int], ...] = ()
    findings: tuple[Finding, ...] = ()
    approvals: tuple[str, ...] = ()  # digests of the approvals that let it pass
    ledger: str = ""  # head of a guarded database's ledger afterwards: its number and hash
    tenant: str = ""  # whose schema, where env.py loops over tenants
    tool: str = field(default="pgwright/0.1.0")
    format: str = "receipt/1"


Record = Task | Change | Proof | Receipt


def to_json(record: object) -> dict[str, Any]:
    """The record as plain JSON values, tuples as lists."""
    return json.loads(json.dumps(dataclasses.asdict(record), ensure_ascii=False))  # type: ignore[call-overload, no-any-return]


def from_json(kind: type[R], data: dict[str, Any]) -> R:
    """The record that `to_json` wrote; fields that this version does not know are left out."""
    return _built(kind, data)  # type: ignore[no-any-return]


def _built(kind: Any, value: Any) -> Any:
    """A value of the annotated kind: dataclasses from dicts, tuples from lists, the rest as it is."""
    if dataclasses.is_dataclass(kind) and isinstance(value, dict):
        hints = get_type_hints(kind)
        known = {f.name for f in dataclasses.fields(kind)}
        return kind(**{k: _built(hints[k], v) for k, v in value.items() if k in known})  # type: ignore[operator]
    if get_origin(kind) is tuple and isinstance(value, list):
        inner = get_args(kind)
        repeated = len(inner) == 2 and inner[1] is Ellipsis
        return tuple(_built(inner[0] if repeated else inner[i], v) for i, v in enumerate(value))
    if get_origin(kind) in (Union, UnionType):
        options = [o for o in get_args(kind) if o is not type(None)]
        return None if value is None else _built(options[0], value) if len(options) == 1 else value
    return value


def digest(record: object) -> str:
    """sha256 over the record's JSON in canonical form (sorted keys, no spaces)."""
    text = json.dumps(to_json(record), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()
