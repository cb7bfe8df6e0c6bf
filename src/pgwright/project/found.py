"""The project around a directory: root, repository, the one Alembic tree, settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pgwright.project.history import History, read_history
from pgwright.project.refusals import ManyTrees, NoTree, UnknownTree
from pgwright.project.settings import Settings, has_settings, read_settings
from pgwright.project.trees import Tree, trees_below, trees_in

SHOWN = 12  # trees named in a refusal


@dataclass(frozen=True, slots=True)
class Project:
    """A project with one Alembic tree chosen. `root` is where its settings and `.pgwright/` live."""

    root: Path
    repository: Path | None  # of git; None outside one
    tree: Tree
    trees: tuple[Tree, ...]
    settings: Settings

    def history(self, *, heads_only: bool = False) -> History:
        """The revision files, read without importing anything; with `heads_only` not the bodies of their functions."""
        return read_history(self.tree.versions, recursive=self.tree.recursive, heads_only=heads_only)


def find(start: Path, *, tree: str | None = None) -> Project:
    """The project that `start` belongs to. Raises NoTree, ManyTrees or UnknownTree, and what the settings refuse."""
    start = start.resolve()
    start = start if start.is_dir() else start.parent
    repository = _upwards(start, lambda one: (one / ".git").exists())
    root = _root(start, repository)
    settings = read_settings(root)
    trees = trees_below(root)
    chosen = tree or settings.tree
    if chosen:
        return Project(root, repository, _named(chosen, trees, root), trees, settings)
    return Project(root, repository, _chosen(start, trees, root), trees, settings)


def _root(start: Path, repository: Path | None) -> Path:
    """Where our settings are, else the repository, else the nearest directory upwards with a tree, else `start`."""
    stop = repository or Path(start.anchor)
    directory = start
    while True:
        if has_settings(directory):
            return directory
        if directory in (stop, directory.parent):
            break
        directory = directory.parent
    if repository is not None:
        return repository
    nearest = _upwards(start, lambda one: (one / "alembic.ini").is_file() or (one / "pyproject.toml").is_file())
    return nearest or start


def _upwards(start: Path, holds: Callable[[Path], bool]) -> Path | None:

    for directory in (start, *start.parents):
        if holds(directory):
            return directory
    return None


def _chosen(start: Path, trees: tuple[Tree, ...], root: Path) -> Tree:
    """What the alembic command would take at `start`; else the only tree there is."""
    here = [one for one in trees if one.section == "alembic" and start == (one.ini or one.toml or one.directory).parent]
    for tree in _from_environment(start, root) or here:
        return tree
    if len(trees) == 1:
        return trees[0]
    if not trees:
        raise NoTree(root=root)
    raise ManyTrees(count=len(trees), root=root, names=_listed(trees))


def _listed(trees: tuple[Tree, ...]) -> str:
    """The names of the trees, as many as a person reads."""
    names = [one.name for one in trees[:SHOWN]]
    return ", ".join(names) + (f" and {len(trees) - SHOWN} more" if len(trees) > SHOWN else "")


def _from_environment(start: Path, root: Path) -> list[Tree]:
    """$ALEMBIC_CONFIG, which the alembic command reads as well."""
    named = os.environ.get("ALEMBIC_CONFIG")
    if not named or not (start / named).is_file():
        return []
    return [one for one in trees_in((start / named).resolve(), root) if one.section == "alembic"]


def _named(name: str, trees: tuple[Tree, ...], root: Path) -> Tree:
    """By name, by the path of the ini file or of the script directory, or by section, as long as only one fits."""
    path = (root / name).resolve()
    for fits in (
        lambda one: one.name == name,
        lambda one: path in (one.ini, one.toml, one.directory) and one.section == "alembic",
        lambda one: path in (one.directory, one.cwd),
        lambda one: one.section == name,
    ):
        matches = [one for one in trees if fits(one)]
        if len(matches) == 1:
            return matches[0]
    raise UnknownTree(name=name, root=root, names=_listed(trees) or "none at all")
