"""What the project already knows, handed in, so that reading a task stays a pure function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from pgwright.desk.refusals import UnknownModel


@dataclass(frozen=True, slots=True)
class Model:
    """A mapped class: its table and columns, and the file that holds it (relative to the project)."""

    name: str
    table: str
    file: str = ""
    columns: tuple[str, ...] = ()
    schema: str | None = None


def _never(path: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Known:
    """The project as far as a task needs it."""

    models: tuple[Model, ...] = ()
    tables: tuple[str, ...] = ()  # tables that no model maps
    latest_revisions: tuple[str, ...] = ()  # files, newest first
    heads: tuple[str, ...] = ()
    environments: tuple[tuple[str, str], ...] = ()  # name, kind: as configured
    approvals: tuple[str, ...] = ()  # signed records on file, in words
    exists: Callable[[str], bool] = _never  # whether a path, relative to the project, is there

    def model(self, name: str) -> Model:
        """The model of that class or table name; UnknownModel with near matches otherwise. Never a guess."""
        for model in self.models:
            if name == model.name:
                return model
        for model in self.models:
            if name in (model.table, f"{model.schema}.{model.table}"):
                return model
        if name in self.tables:
            schema, _, table = name.rpartition(".")
            return Model(name=name, table=table, schema=schema or None)
        raise UnknownModel(name=name, near=self._near(name))

    def _near(self, name: str) -> str:
        names = list(dict.fromkeys([*(m.name for m in self.models), *(m.table for m in self.models), *self.tables]))
        if not names:
            return "No models were found at all: see pgwright doctor."
        lowered = {n.lower(): n for n in names}
        near = [lowered[n] for n in get_close_matches(name.lower(), lowered, n=3, cutoff=0.5)]
        if near:
            return f"Near it: {', '.join(near)}."
        shown = ", ".join(m.name for m in self.models[:12]) or ", ".join(self.tables[:12])
        return f"Models here: {shown}{' ...' if len(self.models) > 12 else ''}"
