"""What revision files seem to do, counted in their text alone: the other side of the table in docs/field-notes.md.

`python bench/syntactic.py VERSIONS_DIR` prints, as JSON, how often the upgrade of each revision file has a plain index, a
validating foreign key, SET NOT NULL, or both data and schema, by the names of the calls: no loop is unrolled, no history
known, and a table counts as new only when the same file makes it.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

SCHEMA = re.compile(
    r"(add|drop|alter)_column|(create|drop|rename)_table|(create|drop)_index|create_\w+_(key|constraint)|drop_constraint"
)
ROWS = re.compile(r"\b(UPDATE\s+\S+\s+SET|INSERT\s+INTO|DELETE\s+FROM)\b", re.I)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """(name, call) of every call of a method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def counted(path: Path) -> dict[str, int]:
    """How often the upgrade of one file does each."""
    tree = ast.parse(path.read_text("utf-8", "replace"))
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name != "downgrade"]
    out = {"index": 0, "foreign key": 0, "not null": 0, "mixed": 0}
    found = [one for function in functions for one in calls(function)]
    new = {_text(call, 0) for name, call in found if name == "create_table"}
    for name, call in found:
        keywords = {one.arg: one.value for one in call.keywords}
        if name == "create_index" and _text(call, 1) not in new and "postgresql_concurrently" not in keywords:
            out["index"] += 1
        elif name == "create_foreign_key" and _text(call, 1) not in new and "postgresql_not_valid" not in keywords:
            out["foreign key"] += 1
        elif name == "alter_column" and _is_false(keywords.get("nullable")):
            out["not null"] += 1
    texts = [
        n.value for f in functions for n in ast.walk(f) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]
    writes = any(ROWS.search(text) for text in texts) or any(
        name in ("bulk_insert", "update", "insert") for name, _ in found
    )
    out["mixed"] = int(writes and any(SCHEMA.fullmatch(name) for name, _ in found))
    return out


def _text(call: ast.Call, at: int) -> str:
    value = call.args[at] if len(call.args) > at else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else "?"


def _is_false(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


if __name__ == "__main__":
    files = {path.stem: counted(path) for path in sorted(Path(sys.argv[1]).rglob("*.py")) if path.stem != "__init__"}
    print(json.dumps(files, indent=1))
