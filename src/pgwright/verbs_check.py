"""The verb `check`: what could go wrong, told by reading, without a database.

A file beside the package `verbs`: importing that package starts the shadow and design rooms (a second of CPU), and this
verb answers for an unchanged revision in a third of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

from pgwright import hazards
from pgwright.errors import Refusal
from pgwright.event import OnEvent, silent
from pgwright.hazards import settings as settled
from pgwright.hazards.checked import Checked, from_json, to_json
from pgwright.hazards.keeping import folder, kept, put, thin
from pgwright.hazards.rendering import rendered
from pgwright.hazards.settings import BadCheck, Checking
from pgwright.interpreter import Direction
from pgwright.project import History, Project, new_against_main, select


class NoSuchRevision(Refusal):
    """
    {name} is neither a revision nor a file of the history of {tree}.
    Name a revision, a range A..B, or a file in its versions folder. SQL files: pgwright check --sql FILE
    """

    code = "PW-HAZARDS-02"


def check(
    project: Project,
    what: Sequence[str] = (),
    *,
    whole: bool = False,
    python: str | None = None,
    chosen: Checking | None = None,
    on_event: OnEvent = silent,
) -> Checked:
    """Read the revisions (those new against the main branch when none is named) and say what they would do.

    An unchanged revision is answered from the cache, without starting the project's interpreter.
    """
    chosen = chosen or settled.read(project.settings)
    _require_known(chosen, project.settings.source)
    history = project.history(heads_only=True)
    errors = tuple(
        {"code": f"history-{one.kind}", "file": str(one.file), "line": one.line, "message": one.message,
         "hint": "What depends on it is not checked."}
        for one in history.problems
    )  # fmt: skip
    selected = _selected(project, history, what, whole, chosen)
    if not selected:
        return Checked((), (), (), errors)
    rendering = rendered(project, history, _wanted(history, selected), python, on_event)
    where, name = folder(project), _name(rendering.key, selected, chosen)
    found = kept(where, name)
    if found:
        checked = from_json(found)
    else:
        from pgwright.hazards.check import check_revisions
        from pgwright.hazards.rules import RULES

        checked = check_revisions(project.root, history, selected, rendering.recorded(), RULES, chosen)
        put(where, name, to_json(checked))
        thin(where)
    checked = _with_proofs(project, history, checked, chosen)
    return replace(checked, errors=(*errors, *checked.errors))


def _with_proofs(project: Project, history: History, checked: Checked, chosen: Checking) -> Checked:
    """Findings with what a kept proof of the same text saw: `pgwright prove` confirms or refutes what reading told."""
    if not checked.findings or not (project.root / ".pgwright" / "proofs").is_dir():
        return checked
    from pgwright.hazards.join import can_be_joined, joined
    from pgwright.hazards.rules import BY_SLUG

    wanted = {one.revision for one in checked.findings if one.revision in history.by_id and can_be_joined(one, BY_SLUG)}
    if not wanted:
        return checked
    from pgwright.hazards.proven import seen
    from pgwright.project.kept import kept_file
    from pgwright.shadow.identity import ast_hash

    saw = {
        name: found
        for name in wanted
        if name and (file := kept_file(project, "proofs", name)).is_file()
        if (found := seen(file, ast_hash(history.by_id[name].file), chosen.majors))
    }
    findings = [
        joined([one], saw[one.revision], BY_SLUG)[0] if one.revision in saw else one for one in checked.findings
    ]
    return replace(checked, findings=tuple(findings))


def _wanted(history: History, selected: Sequence[str]) -> list[tuple[str, Direction]]:
    """What must be rendered: both directions of what is checked, and the upgrades of all that came before."""
    before = history.ancestors(*selected)
    out: list[tuple[str, Direction]] = [(name, "up") for name in history.in_order(before)]
    return [*out, *((name, "down") for name in selected)]


def _name(key: str, selected: Sequence[str], chosen: Checking) -> str:
    """The file of a result: same revisions, same rules, same settings, same day (comments expire)."""
    rules = Path(hazards.__file__).parent
    own = [f"{one.relative_to(rules)} {one.stat().st_mtime_ns}" for one in sorted(rules.rglob("*.py"))]
    facts = "\0".join((key, *selected, repr(chosen), date.today().isoformat(), *own))
    return f"result-{sha256(facts.encode()).hexdigest()[:24]}.json"


def check_sql(files: Sequence[Path], *, chosen: Checking | None = None, on_event: OnEvent = silent) -> Checked:
    """Read SQL files in that order, as their own tool would run them."""
    from pgwright.hazards.check import check_files
    from pgwright.hazards.rules import RULES

    chosen = chosen or Checking()
    _require_known(chosen, "pgwright.toml")
    return check_files(files, RULES, chosen, on_event)


def _require_known(chosen: Checking, source: str) -> None:
    """Raises BadCheck when a severity is set for a rule that does not exist."""
    if not chosen.severity:
        return
    from pgwright.hazards.rules import BY_SLUG

    unknown = sorted(set(chosen.severity) - set(BY_SLUG))
    if unknown:
        raise BadCheck(source=source, why=f"there is no rule {unknown[0]!r}")


def _selected(
    project: Project, history: History, what: Sequence[str], whole: bool, chosen: Checking
) -> tuple[str, ...]:
    """The revisions that are asked for, in order; those up to `start_after` left out unless they are named."""
    if what:
        named = {name for one in what for name in _named(project, history, one)}
        return history.in_order(named)
    if whole:
        names = set(history.by_id)
    else:
        names = {one.revision for one in new_against_main(project)}
    if chosen.start_after:
        for name in select(history, chosen.start_after):
            names -= history.ancestors(name)
    return history.in_order(names)


def _named(project: Project, history: History, text: str) -> tuple[str, ...]:
    """A revision, a range, or a file of the history."""
    path = Path(text)
    if path.suffix == ".py" or path.is_file():
        wanted = path.resolve()
        for one in history.revisions:
            if one.file.resolve() == wanted:
                return (one.revision,)
        raise NoSuchRevision(name=text, tree=project.tree.name)
    return select(history, text)
