"""A task as a YAML or JSON document: the same parts as a prompt, with typed requests where they are given."""

from __future__ import annotations

import json
import re
from pathlib import PurePath
from typing import Any, Literal

from pgwright.desk.prompt import Bullet, Prompt, bullet
from pgwright.desk.refusals import UnreadableDocument

Format = Literal["prompt", "YAML", "JSON"]
_SUFFIXES: dict[str, Format] = {".json": "JSON", ".yaml": "YAML", ".yml": "YAML"}
_KEYS = (
    "format",
    "task",
    "title",
    "task_id",
    "id",
    "context",
    "changes",
    "requests",
    "files",
    "expected",
    "environment",
)


def format_of(text: str, source: str) -> Format:
    """By the file's suffix; else JSON starts with a brace, YAML with `---` or a key of its own."""
    by_suffix = _SUFFIXES.get(PurePath(source).suffix.lower())
    if by_suffix:
        return by_suffix
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return "JSON"
    if text.startswith("---\n") or re.search(r"^(requests:|format: *task/)", text, re.MULTILINE):
        return "YAML"
    return "prompt"


def read_document(text: str, form: Format) -> Prompt:
    """The parts of a YAML or JSON task; UnreadableDocument says where it is not one."""
    data = _json(text) if form == "JSON" else _yaml(text)
    if not isinstance(data, dict):
        raise UnreadableDocument(format=form, problem=f"it is a {type(data).__name__}, not a mapping.")
    unknown = sorted(str(k) for k in data if k not in _KEYS)
    if unknown:
        raise UnreadableDocument(format=form, problem=f"unknown keys: {', '.join(unknown)}. Known: {', '.join(_KEYS)}.")
    if data.get("format", "task/1") != "task/1":
        raise UnreadableDocument(format=form, problem=f"format {data['format']!r} is not task/1.")
    prompt = Prompt(expected=str(data.get("expected") or ""))
    title = data.get("task") or data.get("title")
    prompt.tasks = [str(title)] if title else []
    prompt.bullets = _bullets(data.get("context"), form)
    for key, name in (("environment", "Environment"), ("task_id", "Task ID"), ("id", "Task ID")):
        if data.get(key):
            prompt.bullets.append(Bullet(name, str(data[key])))
    prompt.changes = _list(data, "changes", str, form)
    prompt.files = _list(data, "files", str, form)
    prompt.requests = _list(data, "requests", dict, form)
    return prompt


def _json(text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(format="JSON", problem=f"{error}.") from error


def _yaml(text: str) -> Any:
    import yaml

    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise UnreadableDocument(format="YAML", problem="aliases (*name) are not read.")
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableDocument(format="YAML", problem=f"{' '.join(str(error).split())}.") from error


def _bullets(context: Any, form: str) -> list[Bullet]:
    if context is None:
        return []
    if isinstance(context, dict):
        return [Bullet(str(k), v if isinstance(v, str) else _plain(v)) for k, v in context.items()]
    if isinstance(context, list):
        return [
            b for item in context for b in (_bullets(item, form) if isinstance(item, dict) else [bullet(str(item))])
        ]
    raise UnreadableDocument(format=form, problem="context is neither a mapping nor a list.")


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _list(data: dict[str, Any], key: str, kind: type, form: str) -> list[Any]:
    value = data.get(key) or []
    if not isinstance(value, list) or not all(isinstance(v, kind) for v in value):
        wanted = "mappings" if kind is dict else "texts"
        raise UnreadableDocument(format=form, problem=f"{key} is not a list of {wanted}.")
    return value
