"""What a revision is, apart from its formatting (DESIGN.md, "How a revision is executed, recognised and identified").

Imports nothing that connects or runs: the gate reads hundreds of revisions with it before a commit.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgwright.interpreter import Revision
    from pgwright.records import Identity
    from pgwright.shadow.stage import Stage

Places = dict[Path, frozenset[str]]  # folder of a revision: every name that an import from there may find
FOREIGN = ("alembic", "sqlalchemy")  # a folder of that name holds migrations, not a package
WORD = re.compile(r"[\w.]+")
IMPORT = re.compile(rb"(?:^|[;:])[ \t]*(?:from|import)\b([^\n#;]*(?:\\\r?\n[^\n#;]*)*)", re.M)


def identify(stage: Stage, revision: Revision) -> Identity:
    """AST, imported project files, parents, naming convention and compiled SQL, with the versions beside them."""
    from pgwright.records import Identity

    path = Path(revision.file)
    up, down = stage.compiled[revision.id, "up"], stage.compiled[revision.id, "down"]
    return Identity(
        ast=ast_hash(path),
        imports=imports_hash(path, stage.interpreter.project.root, stage.places),
        parents=tuple(sorted((*revision.down_revisions, *revision.depends_on))),
        naming_convention=text_hash(stage.loaded.naming_convention),
        compiled_up=text_hash(up.sql) if up.sql is not None else None,
        compiled_down=text_hash(down.sql) if down.sql is not None else None,
        compiled_reason=up.reason or down.reason or "",
        versions=(
            ("alembic", stage.loaded.alembic),
            ("sqlalchemy", stage.loaded.sqlalchemy),
            ("server", str(stage.server.version)),
        ),
    )


def ast_hash(path: Path) -> str:
    """The hash of a revision file's AST: formatting, comments and docstrings change nothing."""
    source = path.read_bytes()
    tree = ast.parse(source)
    if source.isascii() and b"__doc__" not in source:  # else it takes a walk to know
        return text_hash(canonical(tree, docstrings=False))
    return tree_hash(tree)


def tree_hash(tree: ast.Module) -> str:
    """The hash of an AST, the same under every Python that can parse it.

    Docstrings are no part of it: they change nothing that is executed, unless the file reads its `__doc__`.
    """
    reads = any(getattr(node, "attr", getattr(node, "id", "")) == "__doc__" for node in ast.walk(tree))
    return text_hash(canonical(tree, docstrings=reads))


def text_hash(text: str) -> str:
    """sha256 of a text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(node: ast.AST, *, docstrings: bool = True) -> str:
    """A node as text. Not `ast.dump`: that writes other text from one Python version to the next (3.12, 3.13)."""
    parts: list[str] = []
    _write(node, parts.append, docstrings)
    return "".join(parts)


def imports_hash(path: Path, root: Path, places: Places | None = None) -> str:
    """One hash over the project's own files that the revision imports, directly; empty when there are none.

    The text is searched first: only a file that seems to import something of the project is parsed. `places` keeps
    where names were looked for, across the files of one call.
    """
    source, places = path.read_bytes(), {} if places is None else places
    if not any(_is_of_project(name, path.parent, root, places) for name in mentioned(source)):
        return ""
    wanted: set[Path] = set()
    for name in _imported(ast.parse(source)):
        wanted.update(project_files(name, path, root))
    if not wanted:
        return ""
    return text_hash("\n".join(f"{p.relative_to(root)} {sha256(p.read_bytes()).hexdigest()}" for p in sorted(wanted)))


def mentioned(source: bytes) -> set[str]:
    """At least every top-level name that a source may import; more, where a text looks like an import."""
    lines = (line.decode("utf-8", "replace") for line in IMPORT.findall(source))
    return {word.partition(".")[0] for line in lines for word in WORD.findall(line)} - {""}


def project_files(name: str, path: Path, root: Path) -> list[Path]:
    """Files below the project root that `import name` would read, looked for from every folder above the revision."""
    relative = Path(*name.split("."))
    for folder in _folders(path.parent, root):
        found = [p for p in (folder / relative.with_suffix(".py"), folder / relative / "__init__.py") if p.is_file()]
        if found:
            return found
    return []


def _folders(start: Path, root: Path) -> Iterator[Path]:
    """Every folder from `start` up to the root, and a `src` in each."""
    for above in (start, *start.parents):
        if not above.is_relative_to(root):
            return
        yield above
        yield above / "src"


def _is_of_project(top: str, start: Path, root: Path, places: Places) -> bool:
    """True when something of that name lies where an import may find it. A folder `alembic` is no package by itself."""
    if start not in places:
        folders = {one for one in FOREIGN if not project_files(one, start / "_", root)}
        places[start] = frozenset(_names(_folders(start, root))) - folders
    return top in places[start]


def _names(folders: Iterable[Path]) -> Iterator[str]:
    for folder in folders:
        try:
            yield from (one.name.removesuffix(".py") for one in folder.iterdir())
        except OSError:
            continue


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _write(node: ast.AST, out: Callable[[str], None], docstrings: bool) -> None:
    """Class name and fields that say something: what is None or an empty list came or went with Python versions."""
    kind = node.__class__
    out(kind.__name__ + "(")
    for name in node._fields:
        value: Any = getattr(node, name, None)
        is_list = isinstance(value, list)
        if (not value if is_list else value is None and kind is not ast.Constant) or name == "kind":
            continue
        out(name + "=")
        if is_list:
            for one in value if docstrings or name != "body" else _bare(node, value):
                if isinstance(one, ast.AST):
                    _write(one, out, docstrings)
                else:
                    out(repr(one))
                out(",")
        elif isinstance(value, ast.expr_context):  # no fields, and a fifth of all nodes
            out(value.__class__.__name__ + "()")
        elif isinstance(value, ast.AST):
            _write(value, out, docstrings)
        else:
            out(repr(value))
        out(";")
    out(")")


def _bare(node: ast.AST, body: list[ast.stmt]) -> list[ast.stmt]:
    """A body without its docstring."""
    if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and _is_text(body[0]):
        return body[1:] or [ast.Pass()]
    return body


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
