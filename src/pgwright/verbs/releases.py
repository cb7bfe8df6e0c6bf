"""The two releases of an application: the models as a commit has them, and as they are now."""

from __future__ import annotations

import io
import shlex
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pgwright.errors import Refusal
from pgwright.interpreter import Interpreter
from pgwright.project import Project, find
from pgwright.project.repository import git, merge_base
from pgwright.shadow.old_code import Release, release
from pgwright.shadow.stage import EMPTY, Stage


class NoOldCode(Refusal):
    """
    the models of the release before cannot be read: {why}
    Name a commit that has them: pgwright prove --old-code REF
    """

    code = "PW-PROVE-01"


def releases(project: Project, stage: Stage, ref: str) -> tuple[Release, Release]:
    """The old release, at `ref` (`base`: where this branch left the main one), and the new one. Raises NoOldCode."""
    new = release("new", stage.interpreter.models())
    with _unpacked(project, ref) as folder:
        tree = str(project.tree.ini.relative_to(project.root)) if project.tree.ini and len(project.trees) > 1 else None
        then = find(folder / project.root.relative_to(project.repository or project.root), tree=tree)
        python = shlex.join(stage.interpreter.python.command)
        with Interpreter(then, python, network=stage.interpreter.network) as interpreter:
            interpreter.load(stage.target(EMPTY))
            classes = interpreter.models()
        strange = [one.name for one in classes if one.file and not Path(one.file).resolve().is_relative_to(folder)]
        if strange:
            raise NoOldCode(why=f"{strange[0]} is imported from outside of the commit's files: the project is installed")
    return release("old", classes), new


@contextmanager
def _unpacked(project: Project, ref: str) -> Iterator[Path]:
    """The files of the commit in a folder of their own; git's own records are not touched."""
    if project.repository is None:
        raise NoOldCode(why="the project is not in git")
    commit = merge_base(project.repository, project.settings.main) if ref == "base" else ref
    if commit is None or git(project.repository, "rev-parse", "--verify", "-q", f"{commit}^{{commit}}") is None:
        raise NoOldCode(why=f"git knows no commit {commit or 'of a main branch'}")
    done = subprocess.run(
        ["git", "-C", str(project.repository), "archive", "--format=tar", commit], capture_output=True, check=True
    )
    with tempfile.TemporaryDirectory(prefix="pgwright-old-") as folder:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder, filter="data")
        Path(folder).chmod(0o755)
        yield Path(folder).resolve()
