"""What a revision is, apart from its formatting (DESIGN.md, "How a revision is executed, recognised and identified")."""

from __future__ import annotations

import ast
from hashlib import sha256
from pathlib import Path

from pgwright.interpreter import Revision
from pgwright.records import Identity
from pgwright.shadow.stage import Stage


def identify(stage: Stage, revision: Revision) -> Identity:
    """AST, imported project files, parents, naming convention and compiled SQL, with the versions beside them."""
    path = Path(revision.file)
    tree = ast.parse(path.read_bytes())
    up, down = stage.compiled[revision.id, "up"], stage.compiled[revision.id, "down"]
    return Identity(
        ast=ast_hash(path),
        imports=_imports(tree, path, stage.interpreter.project.root),
        parents=tuple(sorted((*revision.down_revisions, *revision.depends_on))),
        naming_convention=_hash(stage.loaded.naming_convention),
        compiled_up=_hash(up.sql) if up.sql is not None else None,
        compiled_down=_hash(down.sql) if down.sql is not None else None,
        compiled_reason=up.reason or down.reason or "",
        versions=(
            ("alembic", stage.loaded.alembic),
            ("sqlalchemy", stage.loaded.sqlalchemy),
            ("server", str(stage.server.version)),
        ),
    )


def ast_hash(path: Path) -> str:
    """The hash of a revision file's AST: formatting, comments and docstrings change nothing."""
    return _hash(ast.dump(_bare(ast.parse(path.read_bytes())), annotate_fields=False))


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _bare(tree: ast.Module) -> ast.Module:
    """The tree without docstrings: they change nothing that is executed."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and body and _is_text(body[0]):
            node.body = body[1:] or [ast.Pass()]
    return tree


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _imports(tree: ast.Module, path: Path, root: Path) -> str:
    """One hash over the project's own files that the revision imports, directly; empty when there are none."""
    wanted: set[Path] = set()
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            wanted.update(_files(name, path, root))
    if not wanted:
        return ""
    return _hash("\n".join(f"{p.relative_to(root)} {sha256(p.read_bytes()).hexdigest()}" for p in sorted(wanted)))


def _files(name: str, path: Path, root: Path) -> list[Path]:
    """Files below the project root that `import name` would read, looked for from every folder above the revision."""
    relative = Path(*name.split("."))
    for folder in path.parents:
        if not folder.is_relative_to(root):
            break
        found = [p for p in (folder / relative.with_suffix(".py"), folder / relative / "__init__.py") if p.is_file()]
        if found:
            return found
    return []
