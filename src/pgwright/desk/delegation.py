"""A task as somebody delegates it (prompt, YAML, JSON) becomes a Task with typed requests, or is sent back whole.

No language model and no guess: sentences are compared with the phrasings of `phrasings.py`, names with what the project
has. The text is data. Nothing in it is run, and nothing in it approves anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from pgwright.design.request import from_json
from pgwright.desk.context import gather, models_named
from pgwright.desk.document import format_of, read_document
from pgwright.desk.known import Known, Model
from pgwright.desk.phrasings import Match, match, near
from pgwright.desk.prompt import Prompt, read_prompt
from pgwright.desk.refusals import (
    Contradiction,
    EmptyTask,
    SeveralProblems,
    SeveralTasks,
    TooLong,
    UnknownModel,
    UnreadableTask,
)
from pgwright.desk.typed import Fields, Scene, column_requests, requests_of, table_fields
from pgwright.errors import Refusal
from pgwright.records import Task

LIMIT = 200_000
_ID = re.compile(r"^(?P<id>T\d{1,6})\s*[:.]\s+(?P<rest>.+)$")


def read(text: str, *, known: Known, source: str = "") -> Task:
    """The task that the text describes, or one refusal that names everything that stands against it."""
    if len(text.encode()) > LIMIT:
        raise TooLong(file=source or None, size=len(text.encode()), limit=LIMIT)
    if not text.strip("\ufeff \t\r\n"):
        raise EmptyTask(file=source or None, where=f" ({source})" if source else "")
    form = format_of(text, source)
    prompt = read_prompt(text) if form == "prompt" else read_document(text, form)
    problems: list[Refusal] = []
    if len(prompt.tasks) > 1:
        problems.append(SeveralTasks(count=len(prompt.tasks)))
    task_id, title = _titled(prompt)
    requests = _requests(title, prompt, known, problems)
    tables = dict.fromkeys(str(r["table"]) for r in [*requests, *prompt.requests] if "table" in r)
    context = gather(prompt, _touched(requests, known), tuple(tables), known)
    problems += context.problems
    if problems:
        refusal = SeveralProblems.of(_distinct(problems))
        refusal.file = source or None
        raise refusal
    return Task(
        title=title,
        requests=tuple(requests),
        environment=context.environment,
        context=tuple(context.noted),
        claims=tuple(context.claims),
        warnings=tuple(context.warnings),
        source=source,
        task_id=task_id,
    )


def _titled(prompt: Prompt) -> tuple[str | None, str]:
    """The task's id, where it has one (`Task ID:` or `T001: ...`), and its sentence without it."""
    title = prompt.tasks[0] if prompt.tasks else ""
    ids = prompt.values("task id", "id")
    found = _ID.match(title)
    if found:
        return (ids[0] if ids else found["id"]), found["rest"]
    return (ids[0] if ids else None), title


def _requests(title: str, prompt: Prompt, known: Known, problems: list[Refusal]) -> list[Fields]:
    """Typed requests in the order written; what cannot be read goes to `problems`."""
    sentences = prompt.changes or ([] if prompt.requests or not title else [title])
    matches = [(sentence, match(sentence)) for sentence in sentences]
    makes_tables = any(m and m.kind == "create_table" for _, m in matches) or any(
        r.get("kind") == "create_table" for r in prompt.requests
    )
    named = [] if makes_tables else _named(prompt, known, problems)
    scene = Scene(known, prompt, named[0] if len(named) == 1 else None)
    out: list[Fields] = []
    for data in prompt.requests:
        _collect(partial(_resolved, data, known), out, problems)
    for sentence, found in matches:
        _collect(partial(_from_sentence, sentence, found, scene, named), out, problems)
    return out


def _collect(read_one: Callable[[], list[Fields]], out: list[Fields], problems: list[Refusal]) -> None:
    """Keep what reads and passes design's own checks; note what does not."""
    try:
        found = read_one()
        for data in found:
            from_json(data)
        out += found
    except Refusal as refusal:
        problems.append(refusal)


def _from_sentence(sentence: str, found: Match | None, scene: Scene, named: list[Model]) -> list[Fields]:
    if found is not None:
        requests = requests_of(found, scene)
        _same_model(found, scene, named)
        return requests
    columns = scene.columns()
    if columns and scene.model is not None:
        table = table_fields(scene.model)
        return [request for column in columns for request in column_requests(column, table, scene)]
    forms = "\n".join(f"- {example}" for example in near(sentence))
    raise UnreadableTask(
        what="The task", text=repr(sentence), phrasings=f"These forms are understood (all: docs/tasks.md):\n{forms}"
    )


def _same_model(found: Match, scene: Scene, named: list[Model]) -> None:
    """The sentence and the Model bullets must speak about the same table."""
    name = found.slot("table")
    if name and named and found.kind != "create_table" and scene.known.model(name) not in named:
        raise Contradiction(
            one=f"its sentence speaks about {name}", other=f"its Model is {', '.join(m.name for m in named)}"
        )


def _named(prompt: Prompt, known: Known, problems: list[Refusal]) -> list[Model]:
    named: list[Model] = []
    for name, _ in models_named(prompt):
        try:
            named.append(known.model(name))
        except UnknownModel as refusal:
            problems.append(refusal)
    return named


def _resolved(data: Fields, known: Known) -> list[Fields]:
    """A typed request with `model` (or a class name in `table`, `references`) turned into the table."""
    data = dict(data)
    name = data.pop("model", None) or data.get("table")
    if isinstance(name, str) and data.get("kind") not in ("create_table", "create_enum"):
        model = known.model(f"{data['schema']}.{name}" if data.get("schema") else name)
        data = {
            "kind": data.get("kind"),
            **table_fields(model),
            **{k: v for k, v in data.items() if k not in ("kind", "table", "schema")},
        }
    if isinstance(data.get("references"), str):
        for model in known.models:
            if model.name == data["references"]:
                data["references"] = model.table
    return [data]


def _touched(requests: list[Fields], known: Known) -> list[Model]:
    """The models whose tables the requests change."""
    tables = dict.fromkeys((r.get("schema"), r.get("table")) for r in requests)
    return [m for m in known.models if (m.schema, m.table) in tables]


def _distinct(problems: list[Refusal]) -> list[Refusal]:
    """Each problem once, though the sentence and a bullet may both have it."""
    return list({str(p): p for p in problems}.values())
