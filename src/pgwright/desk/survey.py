"""What the project knows, gathered from the interpreter and the settings for reading a task."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pgwright.desk.known import Known, Model
from pgwright.interpreter import Loaded, ModelClass
from pgwright.project.found import Project


def survey(project: Project, loaded: Loaded, classes: Sequence[ModelClass]) -> Known:
    """Models, tables without a model, latest revisions, heads, environments; paths relative to the root."""
    models = tuple(_model(c, project.root) for c in classes if c.table)
    mapped = {c.table for c in classes}
    return Known(
        models=models,
        tables=tuple(sorted(loaded.tables - mapped)),
        latest_revisions=tuple(_relative(r.file, project.root) for r in reversed(loaded.revisions[-3:])),
        heads=loaded.heads,
        environments=tuple((e.name, e.kind) for e in project.settings.environments),
        exists=lambda path: (project.root / path).exists(),
    )


def _model(found: ModelClass, root: Path) -> Model:
    table = (found.table or "").removeprefix(f"{found.schema}." if found.schema else "")
    columns = tuple(c.name for c in found.columns)
    return Model(found.name, table, _relative(found.file, root), columns, found.schema)


def _relative(file: str | None, root: Path) -> str:
    if file is None:
        return ""
    path = Path(file)
    return str(path.relative_to(root)) if path.is_relative_to(root) else file
