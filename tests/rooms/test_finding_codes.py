"""A code of a finding belongs to one slug: people look it up, and suppressions and reports name it."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "pgwright"
CODE, SLUG = re.compile(r"PW\d{3}"), re.compile(r"[a-z]+(-[a-z]+)+")


def test_no_code_is_used_twice() -> None:
    used: dict[str, set[str]] = defaultdict(set)
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                slugs = [t for t in texts[:3] if SLUG.fullmatch(t)]
                for code in (t for t in texts[:3] if CODE.fullmatch(t)):
                    used[code].update(slugs[:1])
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and _is_code(node.value.value):
                used[str(node.value.value)].add(file.stem.replace("_", "-"))
    assert len(used) > 10
    assert {code: slugs for code, slugs in used.items() if len(slugs) > 1} == {}


def _is_code(value: object) -> bool:
    return isinstance(value, str) and CODE.fullmatch(value) is not None
