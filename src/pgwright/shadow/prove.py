"""From a project and a choice of revisions to proofs: server, image, baseline, one-shot run, walk, image again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pgwright.event import Event, OnEvent, silent
from pgwright.interpreter import Interpreter, Revision
from pgwright.interpreter.refusals import CallFailed
from pgwright.records import Proof, Reason
from pgwright.schema.catalog import Snapshot
from pgwright.schema.diff import describe, diff
from pgwright.shadow import image
from pgwright.shadow.attached import AttachedServer
from pgwright.shadow.baseline import Baseline, OrphanStamp, UnknownStamp, run_file, stamp
from pgwright.shadow.binaries import Binaries
from pgwright.shadow.failure import explain
from pgwright.shadow.lineage import BARE, Lineage
from pgwright.shadow.server import Server, start
from pgwright.shadow.stage import EMPTY, Options, Stage
from pgwright.shadow.walk import Walk

ONE_SHOT = "pgwright_one_shot"
FORMAT = "image/3"  # raise when what an image holds changes


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and from what a proof is made: on a server started for it, or on one that is there and not ours."""

    binaries: Binaries | AttachedServer
    baseline: Baseline = field(default_factory=Baseline)
    options: Options = field(default_factory=Options)
    shims: Path | None = None


@contextmanager
def staged(
    setting: Setting,
    interpreter: Interpreter,
    history: Sequence[tuple[str, bytes]],
    env: bytes,
    upto: int,
    on_event: OnEvent = silent,
    keep: bool = True,
) -> Iterator[tuple[Stage, Lineage]]:
    """A stage whose bare database stands at most at the first `upto` revisions, from the nearest image there is.

    `history` is (revision, bytes of its file) in order. On a clean end the data directory becomes an image for next time.
    """
    keep = keep and not isinstance(setting.binaries, AttachedServer)
    keys = image_keys(setting, history, env)
    nearest = image.nearest(keys[: upto + 1]) if keep else None
    at, source = nearest if nearest is not None else (0, None)
    on_event(
        Event("server", f"using {setting.binaries.source}" + (f", from an image at revision {at}" if source else ""))
    )
    with _running(setting, source, on_event) as server:
        stage = Stage(server, interpreter, setting.options, on_event)
        stage.open(lambda: _prepare(server, setting.baseline), fresh=source is None)
        lineage = Lineage(stage, tuple(revision for revision, _ in history))
        _start_lineage(lineage, stage, setting.baseline, at, source is not None)
        yield stage, lineage
        if keep and not lineage.damaged and isinstance(server, Server):
            lineage.close()
            server.stop()
            image.store(server.data, keys[lineage.at], on_event)


@contextmanager
def _running(setting: Setting, source: Path | None, on_event: OnEvent) -> Iterator[Server | AttachedServer]:
    if isinstance(setting.binaries, AttachedServer):
        yield setting.binaries
        return
    trace = setting.options.trace
    with start(setting.binaries, image=source, trace=trace, shims=setting.shims, on_event=on_event) as server:
        yield server


def image_keys(setting: Setting, history: Sequence[tuple[str, bytes]], env: bytes) -> list[str]:
    """One key per number of applied revisions; each depends on everything before it."""
    text = "\0".join([FORMAT, str(setting.binaries.version), setting.baseline.key(), str(setting.options.trace)])
    for file in sorted(setting.shims.rglob("*")) if setting.shims else ():
        text += f"\0{file.name}\0{file.read_text('utf-8', 'replace') if file.is_file() else ''}"
    chain = sha256(text.encode() + env)
    keys = [chain.hexdigest()]
    for revision, source in history:
        chain.update(revision.encode() + b"\0" + sha256(source).digest())
        keys.append(chain.hexdigest())
    return keys


def proofs(stage: Stage, lineage: Lineage, wanted: Collection[str], *, whole: bool) -> Iterator[Proof]:
    """One proof per wanted revision, in order; with `whole`, the history also runs from empty in one run."""
    revisions = {r.id: r for r in stage.loaded.revisions}
    stage.compile(r for r in lineage.order if r in wanted)
    walk = Walk(stage, lineage, revisions, frozenset(wanted), whole)
    together: Snapshot | None = None
    if whole and lineage.at == 0:
        walk.one_shot, together = one_shot(stage, lineage, revisions)
    yield from walk.proofs()
    if together is not None and not walk.broken and lineage.at == len(lineage.order):
        for reason in _one_shot_differs(stage, lineage, together):
            stage.on_event(Event("one-shot", reason.message, level="bad"))


def one_shot(
    stage: Stage, lineage: Lineage, revisions: dict[str, Revision]
) -> tuple[dict[str, Reason], Snapshot | None]:
    """All revisions in one run, as a new database gets them: {revision: why} when that fails, else where it ends."""
    stage.on_event(Event("one-shot", f"all {len(lineage.order)} revisions in one run, from empty"))
    stage.clone(ONE_SHOT, template=EMPTY)
    ran = stage.build(ONE_SHOT, [("up", revision) for revision in lineage.order])
    reasons: dict[str, Reason] = {}
    snapshot = stage.capture(ONE_SHOT) if ran.ok else None
    # A foreign key violation means rows whose parents live in production: the walk tells it, and proves without them.
    if ran.error is not None and ran.error.sqlstate != "23503" and ran.error.revision in revisions:
        with stage.server.connect(ONE_SHOT) as conn:
            reasons[ran.error.revision] = explain(conn, lineage.snapshot.schema, "one-shot", ran)
    stage.server.drop(ONE_SHOT)
    lineage.forget_new_roles()
    return reasons, snapshot


def _one_shot_differs(stage: Stage, lineage: Lineage, together: Snapshot) -> Iterator[Reason]:
    differences = [d for d in diff(lineage.snapshot.schema, together.schema, ignore=stage.ignored) if d.refutes]
    if differences:
        told = "; ".join(describe(d) for d in differences[:12])
        yield Reason("one-shot-differs", "one-shot", f"one run from empty does not end where single runs do: {told}")


def _prepare(server: Server | AttachedServer, baseline: Baseline) -> None:
    for path in baseline.setup:
        run_file(server, EMPTY, path)


def _start_lineage(lineage: Lineage, stage: Stage, baseline: Baseline, at: int, from_image: bool) -> None:
    """Bring the bare database to the first state: an image's, empty, the dump's or the models'."""
    stage.without_foreign_keys = lineage.without_foreign_keys = baseline.mode == "no-fk"
    if from_image:
        lineage.stand_at(at)
        return
    stamped = _stamped(lineage, stage)
    lineage.begin()
    if stamped:
        lineage.stand_at(stamped)
    if baseline.mode in ("dump", "models"):
        revision = baseline.stamp or (stage.loaded.heads[0] if stage.loaded.heads else "")
        if revision not in lineage.order:
            raise UnknownStamp(stamp=revision)
        if baseline.dump is not None and baseline.mode == "dump":
            run_file(stage.server, BARE, baseline.dump)
        else:
            stage.interpreter.create_all(stage.target(BARE))
        _stamp(stage, revision)
        lineage.stand_at(lineage.order.index(revision) + 1)


def _stamp(stage: Stage, revision: str) -> None:
    """As `alembic stamp` does: env.py decides where the version table lies (a search_path, a loop over tenants)."""
    try:
        stage.interpreter.stamp(stage.target(BARE), (revision,))
    except CallFailed:  # an id longer than Alembic's column; a dump with the row of a revision that is gone
        with stage.server.connect(BARE) as conn:
            stamp(conn, stage.loaded.version_table, stage.loaded.version_table_schema, (revision,))


def _stamped(lineage: Lineage, stage: Stage) -> int:
    """How many revisions the set-up SQL says are there already: a dump with data brings its version table along."""
    heads = stage.heads(EMPTY)
    for revision in heads:
        if revision not in lineage.order:
            raise OrphanStamp(stamp=revision, table=stage.loaded.version_table)
    return max((lineage.order.index(revision) + 1 for revision in heads), default=0)
