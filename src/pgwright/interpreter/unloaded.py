"""Why an env.py, or a revision file, could not be loaded, and what to do about it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pgwright.interpreter.recorded import Failure, Refused
from pgwright.interpreter.refusals import EnvFailed, RevisionsFailed
from pgwright.project import Project

ELSEWHERE = "Is this the application's interpreter? Otherwise: pgwright --python PATH, or PYTHONPATH under [env]."


def refusal(error: Failure, refused: Sequence[Refused], project: Project) -> EnvFailed | RevisionsFailed:
    """What `load` raises: an env.py that cannot load, or a revision file that cannot be imported."""
    facts: dict[str, Any] = {"file": error.file, "line": error.line, "exception": error.exception}
    if error.code == "revisions":
        return RevisionsFailed(message=error.message, **facts)
    hint = "It ran as the alembic command would run it; the last line of its own code is named above."
    if error.missing:
        names, them = ", ".join(error.missing), "them" if len(error.missing) > 1 else "it"
        hint = f"It seems to want {names}. Set {them} under [env] in pgwright.toml; no real secret is needed."
    elif error.exception.endswith("ModuleNotFoundError"):
        hint = _where_it_lies(error.message, project)
    if refused:
        hint += f"\nOn the way it was kept from reaching {', '.join(dict.fromkeys(one.what for one in refused))}."
    return EnvFailed(message=error.message, hint=hint, **facts)


def _where_it_lies(message: str, project: Project) -> str:
    """What to do about a missing module: the path that leads to it, where it is one of the project's own."""
    named = re.search(r"No module named '(\w+)'", message)
    for start in _starts(project) if named else ():
        assert named is not None
        if (start / named[1] / "__init__.py").is_file() or (start / f"{named[1]}.py").is_file():
            path = os.path.relpath(start, project.tree.cwd)
            return (
                f"{named[1]} is the project's own, in {start}: install the project in its interpreter (pgwright --python\n"
                f'PATH names another one), or set in pgwright.toml, under [env]: PYTHONPATH = "{path}"'
            )
    return ELSEWHERE


def _starts(project: Project) -> list[Path]:
    """Where a project's own modules begin: where Alembic runs and above it up to the root, and src/ in each."""
    cwd = project.tree.cwd
    above = [one for one in cwd.parents if one.is_relative_to(project.root)]
    return [start for one in (cwd, *above) for start in (one, one / "src")]
