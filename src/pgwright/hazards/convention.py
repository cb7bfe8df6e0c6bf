"""The naming convention of env.py's metadata, read from the source: then env.py and the application need not run.

Followed is the one symbol: `target_metadata = Base.metadata`, where `Base` comes from, what its metadata is. Whatever is
not plainly there makes it unknown, and env.py runs. So does an env.py that shapes SQL by other means.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pgwright.project import Project

SHAPING = (
    "transactional_ddl",
    "register_operation",
    "implementation_for",
    "@compiles",
    "compiles(",
    "process_revision",
)
PLAIN_BASES = {"DeclarativeBase", "DeclarativeBaseNoMeta", "AsyncAttrs", "MappedAsDataclass", "SQLModel", "object"}
FACTORIES = {"declarative_base", "automap_base", "generate_base", "registry"}
DEPTH = 8
Convention = dict[str, str]


class Unclear(Exception):
    """The source does not say it plainly."""


@dataclass
class Source:
    """The files that were looked into, by path."""

    roots: tuple[Path, ...]
    trees: dict[Path, ast.Module] = field(default_factory=dict)
    mentions: bool = False

    def tree(self, path: Path) -> ast.Module:
        if path not in self.trees:
            text = path.read_text("utf-8")
            self.mentions = self.mentions or "naming_convention" in text
            self.trees[path] = ast.parse(text)
        return self.trees[path]

    def module(self, name: str, level: int, where: Path) -> Path:
        """The file of a module of the project."""
        relative = Path(*name.split(".")) if name else Path()
        roots = (where.parents[level - 1],) if level else (*self.roots, where.parent)
        for root in roots:
            for path in (
                root / relative.with_suffix(".py") if name else root / "__init__.py",
                root / relative / "__init__.py",
            ):
                if path.is_file():
                    return path
        raise Unclear(name)


def convention(project: Project) -> Convention | None:
    """The naming convention, {} when there is none, None when only running env.py can tell."""
    env = project.tree.directory / "env.py"
    cwd = project.tree.cwd
    source = Source((cwd, cwd / "src", project.tree.directory.parent, project.root))
    try:
        text = env.read_text("utf-8")
        if any(word in text for word in SHAPING):
            return None
        value = next((v for name, v in _assigned(source.tree(env)) if name == "target_metadata"), None)
        found: Convention = {} if value is None else _metadata(source, env, value, DEPTH)
    except (Unclear, OSError, SyntaxError, ValueError):
        return None
    return None if source.mentions and not found else found


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of assignments at module level, the last one first: it counts."""
    for node in reversed(tree.body):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def _metadata(source: Source, where: Path, value: ast.expr, depth: int) -> Convention:
    """The convention of an expression that is a MetaData: a name, `Base.metadata`, `MetaData(...)`, None."""
    match value:
        case ast.Constant(value=None):
            return {}
        case ast.Call(func=func) if _last(func) == "MetaData":
            return _argument(source, where, value, depth)
        case ast.Attribute(value=owner, attr="metadata"):
            return _base(source, where, owner, depth)
        case ast.Name(id=name):
            found, place = _symbol(source, where, name, depth)
            if isinstance(found, ast.expr):
                return _metadata(source, place, found, depth - 1)
    raise Unclear(ast.dump(value))


def _argument(source: Source, where: Path, call: ast.Call, depth: int) -> Convention:
    """MetaData's naming_convention: nothing, a literal, or a name of one."""
    given = next((one.value for one in call.keywords if one.arg == "naming_convention"), None)
    if given is None:
        if any(one.arg is None for one in call.keywords):
            raise Unclear("**")
        return {}
    if isinstance(given, ast.Name):
        found, _ = _symbol(source, where, given.id, depth)
        if not isinstance(found, ast.expr):
            raise Unclear(given.id)
        given = found
    literal = ast.literal_eval(given)
    if not isinstance(literal, dict) or not all(isinstance(v, str) for pair in literal.items() for v in pair):
        raise Unclear("naming_convention")
    return literal


def _base(source: Source, where: Path, owner: ast.expr, depth: int) -> Convention:
    """The convention of a declarative base: `Base`, `models.Base`, `declarative_base(...)`."""
    if isinstance(owner, ast.Name) and owner.id in PLAIN_BASES:
        return {}
    if isinstance(owner, ast.Call) and _last(owner.func) in FACTORIES:
        given = next((one.value for one in owner.keywords if one.arg == "metadata"), None)
        return {} if given is None else _metadata(source, where, given, depth - 1)
    if isinstance(owner, ast.Attribute) and isinstance(owner.value, ast.Name):
        module, place = _symbol(source, where, owner.value.id, depth)
        if isinstance(module, ast.Module):
            return _base(source, place, ast.Name(owner.attr), depth - 1)
    if isinstance(owner, ast.Name):
        found, place = _symbol(source, where, owner.id, depth)
        if isinstance(found, ast.ClassDef):
            return _class(source, place, found, depth - 1)
        if isinstance(found, ast.expr):
            return _base(source, place, found, depth - 1)
    raise Unclear(ast.dump(owner))


def _class(source: Source, where: Path, node: ast.ClassDef, depth: int) -> Convention:
    for name, value in _assigned(ast.Module(node.body, [])):
        if name == "metadata":
            return _metadata(source, where, value, depth)
    for base in node.bases:
        if isinstance(base, ast.Subscript) or _last(base) in PLAIN_BASES:
            continue
        return _base(source, where, base, depth)
    return {}


def _symbol(source: Source, where: Path, name: str, depth: int) -> tuple[ast.AST, Path]:
    """What a name of a file stands for: a class, an expression, or a module; imports of the project are followed."""
    if depth <= 0:
        raise Unclear(name)
    tree = source.tree(where)
    for node in reversed(tree.body):
        if isinstance(node, ast.ClassDef) and node.name == name:
            return node, where
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return _imported(source, where, node, alias.name, depth)
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname == name or (alias.asname is None and alias.name == name):
                    place = source.module(alias.name, 0, where)
                    return source.tree(place), place
    for assigned, value in _assigned(tree):
        if assigned == name:
            return value, where
    raise Unclear(name)


def _imported(source: Source, where: Path, node: ast.ImportFrom, name: str, depth: int) -> tuple[ast.AST, Path]:
    if name in PLAIN_BASES and not node.level and (node.module or "").partition(".")[0] in ("sqlalchemy", "sqlmodel"):
        return ast.Name(name), where
    try:
        place = source.module(f"{node.module}.{name}" if node.module else name, node.level, where)
        return source.tree(place), place
    except Unclear:
        place = source.module(node.module or "", node.level, where)
    return _symbol(source, place, name, depth - 1)


def _last(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
