"""Where the project writes its naming convention: a change there renames what frozen revisions create without a name.

Found by searching the text of the project's files, without running anything. What is hashed is the convention itself, not
the file around it. A convention that is computed, or lies in a file that git ignores, is seen by
`history verify --compile`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pgwright.project import Project
from pgwright.project.repository import git
from pgwright.shadow.identity import canonical, text_hash

WORD = "naming_convention"
SEARCH = ("grep", "--untracked", "-l", "-z", "-F", WORD, "--")


def convention_hash(project: Project) -> str | None:
    """One hash over every naming convention that the project's files write; empty for none, None outside git: unknown."""
    if project.repository is None:
        return None
    listed = git(project.root, *SEARCH, "*.py") or ""
    found = []
    for name in sorted(name for name in listed.split("\0") if name):
        path = project.root / name
        if path.is_file():
            found += [f"{name} {text}" for text in _written(path.read_bytes())]
    return text_hash("\n".join(found)) if found else ""


def _written(source: bytes) -> Iterator[str]:
    """Every value that becomes a naming convention; the whole file where the value cannot be told from reading."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for value in _values(tree):
        if isinstance(value, ast.Dict):
            yield canonical(value)
        else:
            yield "".join(canonical(one) for one in _assigned(tree, value)) or canonical(tree)


def _values(tree: ast.Module) -> Iterator[ast.expr]:
    """`MetaData(naming_convention=...)` and `metadata.naming_convention = ...`."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else ()
        is_set = any(isinstance(one, ast.Attribute) and one.attr == WORD for one in targets)
        if isinstance(node, (ast.keyword, ast.Assign)) and (is_set or getattr(node, "arg", "") == WORD):
            yield node.value


def _assigned(tree: ast.Module, value: ast.expr) -> Iterator[ast.expr]:
    """What is assigned, at the top of the file, to the name that `value` is."""
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(t, ast.Name) and isinstance(value, ast.Name) and t.id == value.id for t in targets):
            written = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
            if written is not None:
                yield written
