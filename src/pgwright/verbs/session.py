"""The session that verbs share: the user's interpreter and a throw-away server with the history on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pgwright.event import OnEvent
from pgwright.interpreter import Interpreter
from pgwright.project import Project
from pgwright.shadow.app_sql import AppSql
from pgwright.shadow.attached import AttachedServer
from pgwright.shadow.binaries import Binaries
from pgwright.shadow.lineage import Lineage
from pgwright.shadow.order import walked
from pgwright.shadow.prove import Setting, staged
from pgwright.shadow.stage import Options, Stage
from pgwright.verbs.baseline import baseline_of
from pgwright.verbs.refusals import BrokenHistory
from pgwright.verbs.server import server_of


@dataclass(frozen=True, slots=True)
class Wish:
    """How the caller wants things done; every default means the sane thing."""

    python: str | None = None
    major: int | None = None
    options: Options = field(default_factory=Options)
    old_code: str | None = None  # a commit, or "base": try its models and the present ones in every phase
    app_sql: AppSql | None = None  # statements to try before and after each revision; None: what pgwright.toml names
    server_url: str | None = field(default=None, repr=False)  # it may hold a password


@contextmanager
def session(
    project: Project, wish: Wish, upto: int, on_event: OnEvent, keep: bool = True
) -> Iterator[tuple[Stage, Lineage]]:
    """A stage for the project, its bare database standing at most at the first `upto` revisions."""
    history = project.history()
    for problem in history.problems:
        raise BrokenHistory(problem=problem.message, file=str(problem.file), line=problem.line)
    order = walked(history)
    baseline = baseline_of(project, history, order)
    files = [(name, history.by_id[name].file.read_bytes()) for name in order]
    env = project.tree.directory / "env.py"
    source = env.read_bytes() if env.is_file() else b""
    with (
        server_of(project, wish.server_url, wish.major, on_event) as server,
        Interpreter(project, wish.python, network=not _is_far(server)) as interpreter,
        staged(
            Setting(server, baseline, wish.options, project.settings.shims),
            interpreter,
            files,
            source,
            upto,
            on_event,
            keep and baseline.mode != "models",
        ) as staging,
    ):
        yield staging


def _is_far(server: Binaries | AttachedServer) -> bool:
    """True when only the network leads there: then the project's code cannot be kept in a namespace without one."""
    return isinstance(server, AttachedServer) and not server.host.startswith("/")
