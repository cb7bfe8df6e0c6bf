"""The verbs as the command line calls them. Loaded only when a verb runs."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from pgwright.event import OnEvent

if TYPE_CHECKING:
    from pgwright.doors.output import Error
    from pgwright.doors.show.doctor import Check
    from pgwright.doors.show.status import Line
    from pgwright.project.found import Project
    from pgwright.records import Change, Proof


class Initialised(Protocol):
    """What init wrote."""

    @property
    def files(self) -> Sequence[str]: ...
    @property
    def lines(self) -> Sequence[str]: ...


class Examined(Protocol):
    """What doctor found."""

    @property
    def checks(self) -> Sequence[Check]: ...


class Standing(Protocol):
    """Where the project stands."""

    @property
    def lines(self) -> Sequence[Line]: ...
    @property
    def heads(self) -> Sequence[str]: ...
    @property
    def notes(self) -> Sequence[str]: ...


class ProvedAll(Protocol):
    """Proofs, what kept others from being made, and where they were written."""

    @property
    def proofs(self) -> Sequence[Proof]: ...
    @property
    def errors(self) -> Sequence[Error]: ...
    @property
    def files(self) -> Sequence[str]: ...


class Verbs(Protocol):
    """`pgwright.verbs`."""

    Selection: Any  # (text: str | None, everything: bool)
    ProveOptions: Any  # (rows, trace, major, server_url)

    def init(self, root: Path, on_event: OnEvent) -> Initialised: ...
    def doctor(self, project: Project, on_event: OnEvent) -> Examined: ...
    def plan(
        self,
        project: Project,
        *,
        task_file: Path | None,
        models: bool,
        message: str | None,
        renames: Sequence[tuple[str, str]],
        write: bool,
        on_event: OnEvent,
    ) -> Change: ...
    def prove(self, project: Project, *, selection: Any, options: Any, on_event: OnEvent) -> ProvedAll: ...
    def status(self, project: Project, on_event: OnEvent) -> Standing: ...
    def report(self, project: Project, on_event: OnEvent) -> str: ...


def verbs() -> Verbs:
    """The module of the verbs."""
    return cast(Verbs, import_module("pgwright.verbs"))
