"""The cycle, the heart of a proof: up, validate, down, compare, up again.

At the parent, with rows: the catalog and the rows are noted. The revision goes up; its validation queries must count
nothing; it comes down **to the recorded parent**; catalog and rows must be what they were; it goes up once more, and
must end where the first time ended. Whatever fails is told with the server's own words; nothing is retried away. An
upgrade that sent its offline rendering, which depends on nothing, is sent again as `apply` would do it (resend.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from pgwright.interpreter import Direction, Ran
from pgwright.records import ProofPhase, Reason, Timing, Tried
from pgwright.schema.catalog import Snapshot
from pgwright.schema.diff import diff
from pgwright.schema.model import Difference
from pgwright.shadow import app_sql, resend
from pgwright.shadow.failure import explain
from pgwright.shadow.judge import catalog_reason, rows_reason
from pgwright.shadow.left_values import split
from pgwright.shadow.old_code import compared, concerned, outcome
from pgwright.shadow.rows import RowDifference, RowState, blame, lost, row_state
from pgwright.shadow.stage import Stage
from pgwright.shadow.validation import validated
from pgwright.shadow.versions import Versions, unlike
from pgwright.step import Observed

BEFORE, AFTER = "pgwright_before", "pgwright_after"


@dataclass(slots=True)
class Cycle:
    """What one cycle found. `before` and `after` are catalogs; `clean` says that the database ended where it should."""

    revision: str
    before: Snapshot
    after: Snapshot | None = None
    end: Snapshot | None = None
    reasons: list[Reason] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    up: tuple[Observed, ...] = ()
    down: tuple[Observed, ...] = ()
    again: tuple[Observed, ...] = ()  # the second upgrade
    replayable: bool | None = None
    timings: list[Timing] = field(default_factory=list)
    validation: list[tuple[str, int]] = field(default_factory=list)
    left: frozenset[tuple[str, str]] = frozenset()  # (table, column) that a backfill says it fills for good
    said: list[RowDifference] = field(default_factory=list)  # row differences that it has said
    application: tuple[Tried, ...] = ()
    rollback: str = ""
    resent: bool = False  # the second upgrade sent the messages of the first, without a run of env.py
    reached: ProofPhase = "up"
    ran: dict[ProofPhase, Ran] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        """True when the database is in the state that the first upgrade made, catalog and all."""
        return self.reached == "reup" and not any(r.phase == "reup" for r in self.reasons)

    @property
    def doubtful(self) -> bool:
        """True when messages sent again ended elsewhere: whether the revision does too, only a run of it can tell."""
        return self.resent and not self.clean


def cycle(
    stage: Stage,
    database: str,
    revision: str,
    before: Snapshot,
    seeded: Collection[str] = (),
    queries: Collection[str] = (),
    left: frozenset[tuple[str, str]] = frozenset(),
) -> Cycle:
    """Prove one revision on a database that stands at its parent. Never raises for a revision that fails."""
    found = Cycle(revision, before, left=left)
    recorded = stage.versions(database)
    rows = _rows(stage, database, before, seeded)
    if stage.is_tried:
        stage.drop(BEFORE)
        stage.clone(BEFORE, template=database)

    if not _go(stage, database, found, "up", recorded):
        if stage.is_tried:
            stage.drop(BEFORE)  # or it would be in the image
        return found
    found.after = after = stage.capture(database, before)
    upgrade = resend.prepared(stage, database, found)
    upgraded = _rows(stage, database, after, seeded)
    _validate(stage, database, found, queries)
    if stage.is_tried:
        _try_application(stage, database, found, after, seeded)

    if not _go(stage, database, found, "down", ()):
        return found
    back = stage.capture(database, after)
    _compare(stage, found, "down", before, back)
    same = _returned(found, rows, upgraded, _rows(stage, database, back, seeded))

    if upgrade is not None and resend.sent(stage, database, found, upgrade):
        found.reached, found.resent, found.again = "reup", True, found.up
    elif not _go(stage, database, found, "reup", recorded):
        return found
    found.end = end = stage.capture(database, back)
    _compare(stage, found, "reup", after, end)
    if same and upgraded is not None:  # from other rows the second upgrade would have to end elsewhere
        _again(found, rows, upgraded, _rows(stage, database, end, seeded))
    return found


def _try_application(stage: Stage, database: str, found: Cycle, after: Snapshot, seeded: Collection[str]) -> None:
    """What the releases can do, and which statements work, each side on a copy of its own.

    Inserted rows would stand in the comparison's way.
    """
    tables = concerned(found.before.schema, after.schema, seeded) - stage.ignored
    stage.drop(AFTER)
    stage.clone(AFTER, template=database)
    crud, sent = [], app_sql.Side()
    for name, schema in ((BEFORE, found.before.schema), (AFTER, after.schema)):
        with stage.connected(name) as conn:
            crud.append(outcome(conn, schema, stage.releases, tables))
            was, sent = sent, app_sql.tried(conn, schema, stage.app_sql, sent if name == AFTER else None)
        stage.drop(name)
    found.application = (*compared(*crud), *app_sql.told(stage.app_sql, was, sent))


def _go(stage: Stage, database: str, found: Cycle, phase: ProofPhase, recorded: Versions) -> bool:
    """Run one step; on failure note why, and see that the database stands where it was recorded to stand."""
    way: Direction = "down" if phase == "down" else "up"
    ran, messages = stage.run(database, [(way, found.revision)], listen=phase == "up" and stage.resends)
    found.reached = phase
    found.ran[phase] = ran
    found.timings.append(Timing(phase, round(ran.seconds, 4)))
    if phase == "up":
        found.up = messages
    elif phase == "down":
        found.down = messages
    else:
        found.again = messages
    if ran.ok:
        return True
    found.reasons.append(_failed(stage, database, found, phase, ran))
    if phase != "down":
        found.rollback = stage.return_to(database, recorded)
    return False


def _failed(stage: Stage, database: str, found: Cycle, phase: ProofPhase, ran: Ran) -> Reason:
    schema = (found.after or found.before).schema
    with stage.connected(database) as conn:
        return explain(conn, schema, phase, ran)


def _rows(stage: Stage, database: str, snapshot: Snapshot, seeded: Collection[str]) -> RowState | None:
    if not seeded:
        return None
    with stage.connected(database) as conn:
        return row_state(conn, snapshot.schema, seeded)


def _validate(stage: Stage, database: str, found: Cycle, queries: Collection[str]) -> None:
    with stage.connected(database) as conn:
        counts, reasons = validated(conn, queries)
    found.validation.extend(counts)
    found.reasons.extend(reasons)


def _compare(stage: Stage, found: Cycle, phase: ProofPhase, expected: Snapshot, got: Snapshot) -> None:
    """The catalog against what it should be."""
    differences = diff(expected.schema, got.schema, ignore=stage.ignored)
    found.differences.extend(differences)
    if wrong := unlike(phase, found.ran.get("up"), found.ran.get(phase)):
        found.reasons.append(wrong)
    refuting = [d for d in differences if d.refutes]
    if refuting:
        found.reasons.append(catalog_reason(phase, refuting))


def _returned(found: Cycle, rows: RowState | None, upgraded: RowState | None, back: RowState | None) -> bool:
    """Whether the downgrade gave every row back as it was, but for values that the revision says it leaves."""
    if rows is None or upgraded is None or back is None or found.after is None:
        return True
    changed, said = split(lost(rows, back), found.left)
    found.said += said
    if changed:
        cause = blame(changed, lost(rows, upgraded), found.before.schema, found.after.schema)
        found.reasons.append(rows_reason("down", changed, cause))
    return not changed


def _again(found: Cycle, rows: RowState | None, upgraded: RowState, end: RowState | None) -> None:
    """The second upgrade's rows against the first's; what each run draws for itself does not count."""
    if end is not None and (changed := lost(upgraded, end, rows)):
        found.reasons.append(rows_reason("reup", changed))
