"""The baseline that pgwright.toml asks for, checked against the files and the history before a server starts."""

from __future__ import annotations

from collections.abc import Sequence

from pgwright.errors import Refusal
from pgwright.project import History, Project
from pgwright.shadow.baseline import Baseline, UnknownStamp


class NoSuchFile(Refusal):
    """
    {key} in {source} names {path}, which is no file.
    Paths are relative to the folder of {source}.
    """

    code = "PW-VERBS-03"


class NoSuchFolder(Refusal):
    """
    shims in {source} names {path}, where there is no extension's control file.
    It is a folder with NAME.control and NAME--VERSION.sql for each stand-in, or with a folder extension/ that holds them.
    """

    code = "PW-VERBS-06"


class NoStamp(Refusal):
    """
    the models stand at one revision, but the history has {count} heads: {heads}
    Name the one that they stand at under [baseline] in {source}: stamp = "..."
    """

    code = "PW-VERBS-04"


class BesideABranch(Refusal):
    """
    the baseline is stamped at {stamp}, but {other} comes before it in the history and is no ancestor of it.
    Stamp it at the revision that merges both, or at their common ancestor.
    """

    code = "PW-VERBS-05"


def baseline_of(project: Project, history: History, order: Sequence[str]) -> Baseline:
    """What `[baseline]` and `setup_sql` say. `order` is the history as it is walked."""
    settings, wanted = project.settings, project.settings.baseline
    named = [("setup_sql", path) for path in settings.setup_sql]
    named += [("baseline.dump", wanted.dump)] if wanted.dump else []
    for key, path in named:
        if not path.is_file():
            raise NoSuchFile(key=key, source=settings.source, path=path)
    if settings.shims and not any(settings.shims.glob("**/*.control")):
        raise NoSuchFolder(source=settings.source, path=settings.shims)
    stamp = wanted.stamp
    if wanted.mode == "models" and stamp is None and history.heads:
        if len(history.heads) > 1:
            raise NoStamp(count=len(history.heads), heads=", ".join(history.heads), source=settings.source)
        stamp = history.heads[0]
    if stamp is not None:
        _require_line(history, order, stamp)
    return Baseline(wanted.mode, settings.setup_sql, wanted.dump, stamp)


def _require_line(history: History, order: Sequence[str], stamp: str) -> None:
    """Everything walked before the stamp is an ancestor of it: one stamp in the version table says it all."""
    if stamp not in order:
        raise UnknownStamp(stamp=stamp)
    known = history.ancestors(stamp)
    for other in order[: order.index(stamp)]:
        if other not in known:
            raise BesideABranch(stamp=stamp, other=other)
