"""The user's interpreter, driven from here: one persistent child for one Alembic tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pgwright.interpreter import recorded as said
from pgwright.interpreter import unloaded
from pgwright.interpreter.process import Process
from pgwright.interpreter.python import Python, find
from pgwright.interpreter.recorded import Direction, Failure, Here, Rendered
from pgwright.interpreter.refusals import (
    CallFailed,
    NeverConfigured,
    NoAlembic,
    NotPostgres,
)
from pgwright.project import Project

if TYPE_CHECKING:
    from pgwright.interpreter.results import Compiled, Entity, Loaded, ModelClass, Ran, Target, Waiting

SECRET = 4  # a shorter text is no secret, and hiding it would spoil every message
START_TIMEOUT, LOAD_TIMEOUT, STEP_TIMEOUT = 120.0, 600.0, 3600.0


class Interpreter:
    """A context manager around the child. Calls go one at a time; the child keeps what it imported between them.

    Without `guard` nothing is refused (for a database that the user named); without `network` no namespace is used.
    """

    def __init__(
        self,
        project: Project,
        python: str | None = None,
        *,
        guard: bool = True,
        network: bool = True,
        timeout: float = STEP_TIMEOUT,
    ) -> None:
        self.project = project
        self.python: Python = find(project, python)
        self.guard, self.network, self.timeout = guard, network, timeout
        self.here: Here | None = None
        self._process: Process | None = None
        self._compiled: dict[tuple[str, Direction], Compiled] = {}

    def __enter__(self) -> Interpreter:
        settings = self.project.settings
        self._process = Process(
            self.python.command, self.project.tree.cwd, dict(settings.env), carried=self.python.is_prefix
        )
        options: dict[str, Any] = {"off": not self.guard, "network": self.network, "allow": list(settings.allow)}
        try:
            reply = self._process.ask({"do": "hello", "guard_options": options}, START_TIMEOUT)
            if error := self._failure(reply, 0):
                raise NoAlembic(
                    python=" ".join(self.python.command), found_by=self.python.found_by, message=error.message
                )
        except BaseException:
            self.close()
            raise
        self.here = said.here(reply, self.python.found_by)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the child."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def load(self, target: Target) -> Loaded:
        """env.py once with no steps, the revisions after it. Raises EnvFailed, RevisionsFailed, NotPostgres."""
        from pgwright.interpreter import read

        reply, error = self._call(
            {"do": "load", "target": asdict(target), **self._tree()},
            LOAD_TIMEOUT,
        )
        if error is not None:
            raise unloaded.refusal(error, said.refused(reply), self.project)
        assert self.here is not None
        loaded = read.loaded(reply, self.here)
        if not loaded.contexts:
            raise NeverConfigured()
        others = {one.dialect for one in loaded.contexts} - {"postgresql"}
        if others:
            raise NotPostgres(dialect=", ".join(sorted(others)))
        return loaded

    def step(
        self,
        target: Target,
        steps: Sequence[tuple[Direction, str]],
        *,
        trace: bool = False,
        probe_sql: str | None = None,
        on_wait: Callable[[Waiting], None] | None = None,
    ) -> Ran:
        """Exactly these steps in one run of env.py, with fresh contexts. What fails is in `Ran.error`, not raised.

        With `trace`, every statement is recorded, `probe_sql` runs after each that is not DDL inside a transaction, and
        `on_wait` is called before a statement that must be watched from outside while it waits.
        """
        from pgwright.interpreter import read

        wanted = {"probe_sql": probe_sql, "wait": on_wait is not None} if trace else None
        request = {"do": "step", "target": asdict(target), "steps": [list(one) for one in steps], "trace": wanted}

        def heard(event: dict[str, Any]) -> None:
            if on_wait is not None:
                on_wait(read.waiting(event))

        reply, error = self._call(request, self.timeout, heard)
        return read.ran(reply, error)

    def stamp(self, target: Target, revisions: Iterable[str]) -> None:
        """Writes the version table, without running anything. No revision means base."""
        names = list(revisions) or ["base"]
        self._must("stamp", {"target": asdict(target), "revisions": names})

    def create_all(self, target: Target, *, alone: bool = False) -> tuple[str, ...]:
        """Creates what target_metadata says, on the user's own (redirected) connection; returns the tables' names.

        `alone`: without what `entities` tells of.
        """
        return tuple(self._must("create_all", {"target": asdict(target), "alone": alone})["tables"])

    def models(self) -> list[ModelClass]:
        """The mapped classes, with where they are written."""
        from pgwright.interpreter import read

        return [read.model(one) for one in self._must("models", {})["models"]]

    def entities(self) -> tuple[Entity, ...]:
        """What env.py registered with alembic-utils when it ran last, or the metadata has of declarative extensions."""
        from pgwright.interpreter import read

        return tuple(read.entity(one) for one in self._must("entities", {})["entities"])

    def compile(self, revision: str, direction: Direction) -> Compiled:
        """The revision's direction as SQL, or the reason why it cannot be rendered without data.

        Both directions are rendered at once and kept: who asks for one asks for the other next.
        """
        if (revision, direction) not in self._compiled:
            for one in self.compile_all([(revision, "up"), (revision, "down")]):
                self._compiled[one.revision, one.direction] = one
        return self._compiled.pop((revision, direction))

    def compile_all(self, wanted: Sequence[tuple[str, Direction]]) -> tuple[Compiled, ...]:
        """Many at once: two runs of env.py however many they are."""
        from pgwright.interpreter import read

        reply = self._must("compile", {"wanted": [list(one) for one in wanted]})
        return tuple(read.compiled(*one, answer) for one, answer in zip(wanted, reply["compiled"], strict=True))

    def record(
        self,
        wanted: Sequence[tuple[str, Direction]],
        files: Mapping[str, Path],
        convention: Mapping[str, str] | None = None,
    ) -> Rendered:
        """What each would send, message by message, without a database and without `load`.

        `files` maps every revision of the history to its file. env.py runs once, in its offline mode where it has one;
        with a `convention` (names of constraints, known from the source) only when a revision turns out to need it.
        """
        facts = {
            "wanted": [list(one) for one in wanted],
            "files": {name: str(path) for name, path in files.items()},
            "root": str(self.project.root),
            "convention": None if convention is None else dict(convention),
            **self._tree(),
        }
        reply = self._must("record", facts)
        recorded = (said.recorded(*one, answer) for one, answer in zip(wanted, reply["recorded"], strict=True))
        return Rendered(tuple(recorded), tuple(reply["imported"]), said.refused(reply))

    def _tree(self) -> dict[str, Any]:
        tree, settings = self.project.tree, self.project.settings
        return {
            "ini": str(tree.ini) if tree.ini else None,
            "toml": str(tree.toml) if tree.toml else None,
            "section": tree.section,
            "x": list(settings.x),
            "options": dict(tree.options),
        }

    def write_revision(
        self,
        rev_id: str,
        message: str,
        *,
        head: str | Sequence[str] | None = None,
        splice: bool = False,
        branch_label: str | None = None,
        version_path: str | None = None,
        upgrades: str = "",
        downgrades: str = "",
        imports: str = "",
        depends_on: str | Sequence[str] | None = None,
        literal: dict[str, Any] | None = None,
    ) -> Path:
        """A new file through the project's own script.py.mako, file_template and hooks. Bodies come unindented."""
        facts = {name: value for name, value in locals().items() if name != "self"}
        facts = {name: list(v) if isinstance(v, tuple) else v for name, v in facts.items()}
        return Path(self._must("write_revision", facts)["path"])

    def _must(self, do: str, facts: dict[str, Any]) -> dict[str, Any]:
        reply, error = self._call({"do": do, **facts}, self.timeout)
        if error is not None:
            raise CallFailed(
                file=error.file,
                line=error.line,
                what=do,
                exception=error.exception,
                message=error.message,
                hint=error.output[-1500:] or error.trace,
            )
        return reply

    def _call(
        self, request: dict[str, Any], timeout: float, heard: Callable[[dict[str, Any]], None] | None = None
    ) -> tuple[dict[str, Any], Failure | None]:
        assert self._process is not None, "the interpreter is used as a context manager"
        self._hide(request.get("target"))
        before = self._process.written()
        reply = self._process.ask(request, timeout, heard)
        return reply, self._failure(reply, before)

    def _failure(self, reply: dict[str, Any], since: int) -> Failure | None:
        if "error" not in reply or self._process is None:
            return None
        plain = {k: self._process.cleared(v) if isinstance(v, str) else v for k, v in reply["error"].items()}
        return said.failure(plain, self._process.tail(since))

    def _hide(self, target: dict[str, Any] | None) -> None:
        """Whatever the project's code says from now on, the password of its target is not in it.

        Nothing is hidden where the password is the user's name, which is shown everywhere, or too short to be one.
        """
        word = (target or {}).get("password") or ""
        if self._process is not None and target is not None and len(word) >= SECRET and word != target["user"]:
            self._process.hidden |= {word, quote(word, safe="")}
