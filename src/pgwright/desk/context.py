"""The context that a task must come with: given, found, claimed or missing.

The five names are those of the DBA agent's specification, "Required Context".

What the prompt says counts as given. What it leaves out is looked up in the project and marked found. What is in
neither is named as missing, all of it at once. A claim of approval is written down as a claim; it opens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pgwright.desk.known import Known, Model
from pgwright.desk.prompt import Prompt
from pgwright.desk.refusals import MissingContext, UnknownEnvironment
from pgwright.errors import Refusal
from pgwright.records import Noted

_KINDS = {
    "development": "development",
    "dev": "development",
    "local": "development",
    "test": "development",
    "staging": "staging",
    "stage": "staging",
    "production": "production",
    "prod": "production",
    "live": "production",
}
_MODELS = ("model", "models", "affected model", "affected models", "table", "tables", "affected tables")
_SCHEMA = ("current schema", "current schema state", "schema", "schema state")
_ENVIRONMENT = ("environment", "target environment", "env")
_PLACEHOLDER = re.compile(r"^/path/to/|^<[^>]*>/?|^\.\.\./|^/?your[-_]?(?:project|repo)/", re.IGNORECASE)
_EXAMPLES = {
    "task description": "Task: Create migration to add 'nickname' column to Person model",
    "affected models": "- Model: Person (backend/app/models/person.py)",
    "current schema state": "- Current schema: people (id, given_name, family_name)",
    "approval status": "- ARCHITECT Approval: not yet requested",
    "environment": "- Environment: Development",
}


@dataclass(slots=True)
class Context:
    """What is known around the requests of a task."""

    noted: list[Noted] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[Refusal] = field(default_factory=list)
    environment: str = ""


def gather(prompt: Prompt, models: Sequence[Model], tables: Sequence[str], known: Known) -> Context:
    """The context of the prompt, completed from the project; `models` and `tables` are those that the requests name."""
    context = Context()
    _task(prompt, context)
    _models(prompt, models, tables, context)
    _files(prompt, known, context)
    _schema(prompt, models, known, context)
    _approval(prompt, known, context)
    _environment(prompt, known, context)
    _rest(prompt, context)
    if context.missing:
        lines = "\n".join(f"Say so, e.g.:  {_EXAMPLES[name]}" for name in context.missing)
        context.problems.append(MissingContext(names=", ".join(context.missing), lines=lines))
    return context


def models_named(prompt: Prompt) -> list[tuple[str, str]]:
    """Names and files of the Model bullets: `Person (backend/app/models/person.py), Invoice`."""
    found: list[tuple[str, str]] = []
    for value in prompt.values(*_MODELS):
        for part in re.split(r",(?![^(]*\))|;", value):
            one = re.match(r"""^\s*['"`]?([A-Za-z_][\w.]*)['"`]?\s*(?:\(\s*`?([^)`]*)`?\s*\))?""", part)
            if one:
                found.append((one[1], (one[2] or "").strip()))
    return found


def _task(prompt: Prompt, context: Context) -> None:
    if not prompt.tasks or not prompt.tasks[0]:
        context.missing.append("task description")


def _models(prompt: Prompt, models: Sequence[Model], tables: Sequence[str], context: Context) -> None:
    named = models_named(prompt)
    for name, file in named:
        context.noted.append(Noted("affected models", name, "given", file))
    mentioned = {name for name, _ in named}
    for model in models:
        if model.name not in mentioned and model.table not in mentioned:
            context.noted.append(Noted("affected models", model.name, "found", model.file))
    for name, file in named:
        actual = next((m.file for m in models if m.name == name), "")
        if file and actual and not _same_file(file, actual):
            context.warnings.append(f"Model {name} is in {actual}, not in {file}.")
    if not named and not models:
        context.noted += [Noted("affected models", table, "given") for table in tables]
    if not named and not models and not tables:
        context.missing.append("affected models")


def _same_file(given: str, actual: str) -> bool:
    given = _PLACEHOLDER.sub("", given)
    return given == actual or given.endswith(f"/{actual}") or actual.endswith(f"/{given}")


def _files(prompt: Prompt, known: Known, context: Context) -> None:
    """Absent files and placeholders (`/path/to/...`) are warnings: pgwright reads the project itself."""
    for line in prompt.files:
        path = re.split(r"\s+\(|\s+-\s", line.strip("` "), maxsplit=1)[0].strip("` ")
        real = _PLACEHOLDER.sub("", path)
        if real != path:
            instead = f"; {real} was read instead" if known.exists(real) else ""
            context.warnings.append(f"{path} is a placeholder, not a file{instead}.")
        elif not known.exists(path):
            context.warnings.append(f"{path} is to be read first, but is not there.")
        else:
            context.noted.append(Noted("file to read", path, "given"))


def _schema(prompt: Prompt, models: Sequence[Model], known: Known, context: Context) -> None:
    given = prompt.values(*_SCHEMA)
    context.noted += [Noted("current schema state", value, "given") for value in given]
    found = [
        Noted("current schema state", f"{m.table} ({', '.join(m.columns)})", "found", m.file)
        for m in models
        if m.columns
    ]
    found += [Noted("current schema state", "latest revision", "found", file) for file in known.latest_revisions[:3]]
    found += [Noted("current schema state", f"head {head}", "found") for head in known.heads]
    context.noted += found
    if not given and not found and not any(n.name == "file to read" for n in context.noted):
        context.missing.append("current schema state")


def _is_approval(name: str) -> bool:
    return "approv" in name or name in ("sign-off", "sign off", "signoff")


def _approval(prompt: Prompt, known: Known, context: Context) -> None:
    claims = [b for b in prompt.bullets if _is_approval(b.name)]
    for claim in claims:
        context.claims.append(f"{claim.key}: {claim.value}")
        context.noted.append(Noted("approval status", claim.value, "claimed"))
    context.noted += [Noted("approval status", record, "found") for record in known.approvals]
    if not claims and not known.approvals:
        context.missing.append("approval status")


def _environment(prompt: Prompt, known: Known, context: Context) -> None:
    configured = {name: _KINDS.get(kind, kind) for name, kind in known.environments}
    given = prompt.values(*_ENVIRONMENT)
    for value in given[:1]:
        word = value.strip(" .`'\"")
        kind = configured.get(word) or configured.get(word.lower()) or _KINDS.get(word.lower())
        if kind is None:
            others = f", or one of pgwright.toml: {', '.join(configured)}" if configured else ""
            context.problems.append(UnknownEnvironment(name=repr(value), others=others))
        context.environment = kind or ""
        context.noted.append(Noted("environment", value, "given"))
    if not given and len(configured) == 1:
        name, context.environment = next(iter(configured.items()))
        context.noted.append(Noted("environment", name, "found", "pgwright.toml"))
    elif not given:
        context.missing.append("environment")


def _rest(prompt: Prompt, context: Context) -> None:
    """Everything else, word for word."""
    read = {*_MODELS, *_SCHEMA, *_ENVIRONMENT}
    for one in prompt.bullets:
        if one.name not in read and not _is_approval(one.name):
            context.noted.append(Noted(one.key or "text", one.value, "given"))
    if prompt.expected:
        context.noted.append(Noted("expected", prompt.expected, "given"))
    context.noted += [Noted("text", line, "given") for line in prompt.other]
