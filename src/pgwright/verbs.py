"""The public verbs, each a short composition of rooms. They take a Project, return records and print nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pgwright.design.difference import requests_from
from pgwright.design.draft import Draft, Style
from pgwright.design.model_edit import patch
from pgwright.design.plan import draft
from pgwright.design.render import downgrade_body, imports, upgrade_body
from pgwright.design.request import AddColumn, Request, from_json, to_json
from pgwright.design.revision_id import revision_id
from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent, silent
from pgwright.interpreter import Interpreter, Loaded, ModelClass
from pgwright.project import Project, new_against_main, select
from pgwright.records import Change, PlannedRevision, Proof, Task
from pgwright.records import from_json as from_record
from pgwright.records import to_json as record_json
from pgwright.schema.catalog import Snapshot
from pgwright.shadow import prove as proving
from pgwright.shadow.baseline import Baseline
from pgwright.shadow.binaries import Binaries, find
from pgwright.shadow.lineage import Lineage
from pgwright.shadow.order import walked
from pgwright.shadow.prove import Setting, staged
from pgwright.shadow.stage import EMPTY, Options, Stage
from pgwright.step import Step

TaskOf = Callable[[Loaded, Sequence[ModelClass]], Task]
MODELS = "pgwright_models"
IGNORED_LINES = (".pgwright/cache/",)
SETTINGS = """# pgwright: `pgwright doctor` shows what is used. No secret belongs here.
# python = ".venv/bin/python"     # the interpreter that runs env.py; found by itself where it is missing
# major = 18                      # PostgreSQL major of production

[env]                             # environment variables that env.py wants; fake values do

# [environments.production]
# kind = "production"
# url_env = "DATABASE_URL"        # the variable that holds the address, never the address itself
"""
ARCHITECT = {
    "create_table": "new table",
    "create_enum": "new type",
    "add_column": "column change",
    "add_foreign_key": "relationship",
    "add_unique": "constraint change",
    "add_check": "constraint change",
    "add_index": "index change",
    "alter_default": "column change",
    "set_not_null": "constraint change",
    "drop_not_null": "constraint change",
    "widen_column": "column change",
    "drop_index": "index change",
    "drop_constraint": "constraint change",
    "rename_column": "column change",
    "rename_table": "table change",
}
HUMAN = {"drop_table": "a table and its data go", "drop_column": "a column and its data go"}


class Heads(Refusal):
    """
    the history has {count} heads: {heads}
    One change can follow only one of them. Join them first: alembic merge -m "join" {words}
    """

    code = "PW-PLAN-01"


class BrokenHistory(Refusal):
    """
    {problem}
    Correct the file; nothing was changed.
    """

    code = "PW-PLAN-02"


class NothingToDo(Refusal):
    """
    the models and the head revision agree: there is nothing to plan
    Change a model first, or hand in a task: pgwright plan TASK.md
    """

    code = "PW-PLAN-03"


class HeadUnreachable(Refusal):
    """
    the head cannot be built on the shadow: {why}
    See which revision fails: pgwright prove --all
    """

    code = "PW-PLAN-04"


class NothingToReport(Refusal):
    """
    there is no planned change and no proof in .pgwright/ to report on
    Make one: pgwright plan TASK.md, then pgwright prove
    """

    code = "PW-REPORT-01"


@dataclass(frozen=True, slots=True)
class Wish:
    """How the caller wants things done; every default means the sane thing."""

    python: str | None = None
    major: int | None = None
    options: Options = field(default_factory=Options)


@dataclass(frozen=True, slots=True)
class Doctor:
    """What was found, and what is wrong with it."""

    root: str
    tree: str
    trees: tuple[str, ...]
    python: str = ""
    found_by: str = ""
    versions: tuple[tuple[str, str], ...] = ()
    layers: tuple[str, ...] = ()
    server: str = ""
    revisions: int = 0
    heads: tuple[str, ...] = ()
    metadata_tables: int = 0
    driver: str = ""
    refused: tuple[str, ...] = ()
    problems: tuple[dict[str, object], ...] = ()
    format: str = "doctor/1"


@dataclass(frozen=True, slots=True)
class RevisionStatus:
    """One revision and what is known about its proof."""

    revision: str
    file: str
    why: Literal["added", "changed", "head"]
    verdict: Literal["proven", "refuted", "unproven", "stale", "none"]


@dataclass(frozen=True, slots=True)
class Status:
    """Where the project stands: heads, new revisions, their proofs."""

    heads: tuple[str, ...]
    revisions: int
    new: tuple[RevisionStatus, ...]
    format: str = "status/1"


def init(root: Path, on_event: OnEvent = silent) -> tuple[Path, ...]:
    """Write pgwright.toml and the .gitignore lines; what is there already is left as it is. Returns what was written."""
    written = []
    settings = root / "pgwright.toml"
    if not settings.exists():
        settings.write_text(SETTINGS, encoding="utf-8")
        written.append(settings)
    ignore = root / ".gitignore"
    text = ignore.read_text(encoding="utf-8") if ignore.exists() else ""
    missing = [line for line in IGNORED_LINES if line not in text.splitlines()]
    if missing:
        ignore.write_text(text + ("" if not text or text.endswith("\n") else "\n") + "\n".join(missing) + "\n", "utf-8")
        written.append(ignore)
    for path in written:
        on_event(Event("init", f"wrote {path.name}", level="good"))
    return tuple(written)


@contextmanager
def session(
    project: Project, wish: Wish, upto: int, on_event: OnEvent, keep: bool = True
) -> Iterator[tuple[Stage, Lineage]]:
    """A stage for the project, its bare database standing at most at the first `upto` revisions."""
    history = project.history()
    for problem in history.problems:
        raise BrokenHistory(problem=problem.message, file=str(problem.file), line=problem.line)
    files = [(name, history.by_id[name].file.read_bytes()) for name in walked(history)]
    env = project.tree.directory / "env.py"
    setting = Setting(_binaries(project, wish), _baseline(project), wish.options)
    with (
        Interpreter(project, wish.python) as interpreter,
        staged(
            setting, interpreter, files, env.read_bytes() if env.is_file() else b"", upto, on_event, keep
        ) as staging,
    ):
        yield staging


def _binaries(project: Project, wish: Wish) -> Binaries:
    return find(wish.major or project.settings.major)


def _baseline(project: Project) -> Baseline:
    return Baseline(setup=project.settings.setup_sql)


def doctor(project: Project, wish: Wish | None = None, on_event: OnEvent = silent) -> Doctor:
    """What pgwright finds in the project; problems are listed, the first of env.py with the setting it misses."""
    wish = wish or Wish(options=Options(rows="none", trace=False))
    history = project.history()
    problems: list[dict[str, object]] = [
        {"code": f"history-{p.kind}", "file": str(p.file), "line": p.line, "message": p.message, "hint": ""}
        for p in history.problems
    ]
    found = Doctor(
        str(project.root),
        project.tree.name,
        tuple(t.name for t in project.trees),
        revisions=len(history.revisions),
        heads=history.heads,
    )
    if len(history.heads) > 1:
        problems.append(
            Heads(count=len(history.heads), heads=", ".join(history.heads), words=" ".join(history.heads)).as_json()
        )
    if problems and history.problems:
        return _with(found, problems=tuple(problems))
    try:
        with session(project, wish, 0, on_event, keep=False) as (stage, _):
            return _with(_looked_at(found, stage), problems=tuple(problems))
    except Refusal as refusal:
        return _with(found, problems=(*problems, refusal.as_json()))


def _looked_at(found: Doctor, stage: Stage) -> Doctor:
    loaded, here = stage.loaded, stage.loaded.here
    return _with(
        found,
        python=here.executable,
        found_by=here.found_by,
        layers=here.layers,
        versions=(("python", here.python), ("alembic", here.alembic), ("sqlalchemy", here.sqlalchemy)),
        server=f"PostgreSQL {stage.server.version // 10000}.{stage.server.version % 10000} ({stage.server.source})",
        metadata_tables=len(loaded.tables),
        driver=loaded.context.driver,
        refused=tuple(f"{r.kind}: {r.what}" for r in loaded.refused),
    )


def _with(found: Doctor, **changes: Any) -> Doctor:
    return Doctor(**{**{name: getattr(found, name) for name in found.__slots__}, **changes})


def plan(
    project: Project,
    task_of: TaskOf | None,
    *,
    wish: Wish | None = None,
    message: str = "",
    renames: Mapping[str, str] | None = None,
    write: bool = True,
    on_event: OnEvent = silent,
) -> Change:
    """Design the change that a task asks for, or (without one) that the models ask for, and write its revisions."""
    wish = wish or Wish(options=Options(rows="none", trace=False))
    heads = project.history().heads
    if len(heads) > 1:
        raise Heads(count=len(heads), heads=", ".join(heads), words=" ".join(heads))
    with session(project, wish, len(project.history().revisions), on_event) as (stage, lineage):
        ran = lineage.advance(lineage.order[lineage.at :])
        if ran is not None and ran.error is not None:
            raise HeadUnreachable(why=ran.error.message, file=ran.error.file, line=ran.error.line)
        classes = stage.interpreter.models()
        task, notes = (
            (task_of(stage.loaded, classes), ()) if task_of else _from_models(stage, lineage.snapshot, message, renames)
        )
        requests = [from_json(request) for request in task.requests]
        style = _style(stage, lineage.snapshot)
        drafts = draft(requests, lineage.snapshot.schema, version=stage.server.version, style=style)
        on_event(
            Event(
                "design",
                f"{len(drafts)} revision{'s' if len(drafts) != 1 else ''}: " + ", ".join(d.phase for d in drafts),
            )
        )
        revisions = _revisions(project, stage, drafts, style, write, on_event)
        change = Change(
            task,
            revisions,
            _patches(project, classes, requests, lineage.snapshot),
            (*notes, *(note for d in drafts for note in d.notes)),
            outstanding(requests),
        )
    if write:
        _keep(project, "changes", revisions[0].revision, change)
    return change


def _from_models(
    stage: Stage, head: Snapshot, message: str, renames: Mapping[str, str] | None
) -> tuple[Task, tuple[str, ...]]:
    stage.server.create(MODELS, template=EMPTY)
    stage.interpreter.create_all(stage.target(MODELS))
    wanted = stage.capture(MODELS)
    stage.server.drop(MODELS)
    found = requests_from(head.schema, wanted.schema, renames=renames, ignore=stage.ignored)
    notes = (*found.hints, *(f"no recipe yet: {u.identity}: {u.what}" for u in found.unplanned))
    if not found.requests:
        raise NothingToDo()
    return Task(message or "bring the database to the models", tuple(to_json(r) for r in found.requests)), notes


def _style(stage: Stage, head: Snapshot) -> Style:
    loaded = stage.loaded
    conventions = [json.loads(text) for text in loaded.context.naming_conventions if text.startswith("{")]
    table = head.schema.relation(next(iter(stage.ignored)))
    column = table.column("version_num") if table else None
    width = (
        int(column.type.partition("(")[2].rstrip(")") or 64) if column and "(" in column.type else 64 if column else 32
    )
    texts = {k: v for one in conventions for k, v in one.items() if isinstance(v, str)}
    return Style(texts, bool(loaded.context.flags.get("render_as_batch")), tuple(r.id for r in loaded.revisions), width)


def _revisions(
    project: Project, stage: Stage, drafts: Sequence[Draft], style: Style, write: bool, on_event: OnEvent
) -> tuple[PlannedRevision, ...]:
    """Name the drafts, and write each through the project's own template."""
    out: list[PlannedRevision] = []
    parent = stage.loaded.heads[0] if stage.loaded.heads else None
    for one in drafts:
        taken = frozenset(r.revision for r in out)
        name = revision_id(one.subject, style, today=date.today(), taken=taken)
        file = ""
        if write:
            path = stage.interpreter.write_revision(
                name,
                one.message,
                head=parent or "base",
                upgrades=upgrade_body(one),
                downgrades=downgrade_body(one),
                imports=imports(one),
                literal=one.literal,
            )
            file = str(path.relative_to(project.root)) if path.is_relative_to(project.root) else str(path)
            on_event(Event("written", file, level="good"))
        undo = [step for s in reversed(one.steps) for step in (s.undo or ())]
        out.append(
            PlannedRevision(name, parent, one.phase, one.subject, file, _sql(one.steps), _sql(undo), one.validation)
        )
        parent = name
    return tuple(out)


def _sql(steps: Sequence[Step]) -> tuple[str, ...]:
    return tuple(step.sql for step in steps)


def _patches(project: Project, classes: Sequence[ModelClass], requests: Sequence[Request], head: Snapshot) -> str:
    """The model edits that go with new columns, as one patch; proposed, never applied."""
    out = []
    for request in requests:
        if not isinstance(request, AddColumn):
            continue
        for found in classes:
            name = (found.table or "").rpartition(".")[2]
            if name == request.table and found.file and request.column not in {c.name for c in found.columns}:
                path = Path(found.file)
                shown = str(path.relative_to(project.root)) if path.is_relative_to(project.root) else path.name
                out.append(patch(path.read_text("utf-8"), found.name, request, file=shown, database=head.schema))
    return "".join(out)


def outstanding(requests: Sequence[Request]) -> str:
    """Whose approval the specs want before this is applied: a person's for lost data, else an ARCHITECT's."""
    human = sorted({HUMAN[r.kind] for r in requests if r.kind in HUMAN})
    if human:
        return f"human ({', '.join(human)})"
    return f"ARCHITECT ({', '.join(sorted({ARCHITECT.get(r.kind, 'schema change') for r in requests}))})"


def prove(
    project: Project,
    what: str | None = None,
    *,
    whole: bool = False,
    wish: Wish | None = None,
    on_event: OnEvent = silent,
) -> tuple[Proof, ...]:
    """Prove the revisions: `REV`, `A..B`, all of them, or (by default) those new against the main branch."""
    wish = wish or Wish()
    history = project.history()
    order = list(walked(history)) if not history.problems else []
    if whole:
        wanted = set(order)
    else:
        wanted = set(select(history, what)) if what else {s.revision for s in new_against_main(project)}
    if not wanted and not history.problems:
        return ()
    first = 0 if whole else min((order.index(r) for r in wanted if r in order), default=0)
    proofs: list[Proof] = []
    with session(project, wish, first, on_event, keep=not whole) as (stage, lineage):
        for proof in proving.proofs(stage, lineage, wanted, whole=whole):
            proofs.append(proof)
            _keep(project, "proofs", proof.revision, proof)
            on_event(
                Event(
                    proof.verdict,
                    f"{proof.revision}",
                    len(proofs),
                    len(wanted),
                    "good" if proof.verdict == "proven" else "bad",
                )
            )
    return tuple(proofs)


def status(project: Project, on_event: OnEvent = silent) -> Status:
    """Heads, new revisions and whether each is proven as it stands now; needs no server and imports nothing of theirs."""
    history = project.history()
    new = []
    for one in new_against_main(project):
        written = history.by_id[one.revision]
        new.append(
            RevisionStatus(
                one.revision,
                str(written.file.relative_to(project.root)),
                one.why,
                _verdict(project, one.revision, written.file),
            )
        )
    return Status(history.heads, len(history.revisions), tuple(new))


def _verdict(project: Project, revision: str, file: Path) -> Literal["proven", "refuted", "unproven", "stale", "none"]:
    from pgwright.shadow.identity import ast_hash

    path = project.root / ".pgwright" / "proofs" / f"{_safe(revision)}.json"
    if not path.is_file():
        return "none"
    kept = json.loads(path.read_text("utf-8"))
    if (kept.get("identity") or {}).get("ast") != ast_hash(file):
        return "stale"
    return kept["verdict"]  # type: ignore[no-any-return]


def latest(project: Project) -> tuple[Change | None, tuple[Proof, ...]]:
    """The change planned last with the proofs of its revisions; without one, all proofs there are."""
    folder = project.root / ".pgwright"
    changes = sorted((folder / "changes").glob("*.json"), key=lambda p: p.stat().st_mtime)
    if changes:
        change = from_record(Change, json.loads(changes[-1].read_text("utf-8")))
        files = [folder / "proofs" / f"{_safe(r.revision)}.json" for r in change.revisions]
        return change, tuple(from_record(Proof, json.loads(f.read_text("utf-8"))) for f in files if f.is_file())
    proofs = sorted((folder / "proofs").glob("*.json"))
    if not proofs:
        raise NothingToReport()
    return None, tuple(from_record(Proof, json.loads(f.read_text("utf-8"))) for f in proofs)


def _keep(project: Project, kind: str, name: str, record: object) -> Path:
    folder = project.root / ".pgwright" / kind
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_safe(name)}.json"
    draft_path = path.with_suffix(".tmp")
    draft_path.write_text(json.dumps(record_json(record), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft_path.replace(path)
    return path


def _safe(name: str) -> str:
    """A revision id as a file name: ids are the user's text and may hold anything."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name).lstrip(".") or "_"


__all__ = ["Doctor", "Status", "Wish", "asdict", "doctor", "init", "outstanding", "plan", "prove", "status"]
