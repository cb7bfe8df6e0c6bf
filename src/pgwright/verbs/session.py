"""The session that verbs share: the user's interpreter and a throw-away server with the history on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pgwright.event import OnEvent
from pgwright.interpreter import Interpreter
from pgwright.project import Project
from pgwright.shadow.baseline import Baseline
from pgwright.shadow.binaries import Binaries, find
from pgwright.shadow.lineage import Lineage
from pgwright.shadow.order import walked
from pgwright.shadow.prove import Setting, staged
from pgwright.shadow.stage import Options, Stage
from pgwright.verbs.refusals import BrokenHistory


@dataclass(frozen=True, slots=True)
class Wish:
    """How the caller wants things done; every default means the sane thing."""

    python: str | None = None
    major: int | None = None
    options: Options = field(default_factory=Options)


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
