"""doctor: what is there, and what stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pgwright.errors import Refusal
from pgwright.event import OnEvent, silent
from pgwright.project import Project
from pgwright.shadow.stage import Options, Stage
from pgwright.verbs.refusals import Heads
from pgwright.verbs.session import Wish, session


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
