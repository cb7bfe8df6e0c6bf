"""history: seal, verify, rebase, merge. The user's interpreter is started only for revisions that must be compiled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pgwright.event import Event, OnEvent, silent
from pgwright.gate.compare import Rendered
from pgwright.gate.frozen import Frozen, frozen
from pgwright.gate.inputs import read_inputs
from pgwright.gate.rebase import Move, apply, moves
from pgwright.gate.refusals import NoBase, NotChanged, NotFrozen, NothingToRebase, NotSealed
from pgwright.gate.seal import Sealed, line_of, seal
from pgwright.gate.structure import diverged
from pgwright.gate.sums import Line, sums_file
from pgwright.gate.verify import Verified, verify
from pgwright.interpreter import Direction
from pgwright.project import Project
from pgwright.project.selection import select
from pgwright.shadow.identity import text_hash
from pgwright.step import Finding

if TYPE_CHECKING:
    from pgwright.shadow.stage import Stage
    from pgwright.verbs.session import Wish

# of a line of migrations.sum; the text may be formatted otherwise, and other versions may compile it
MEANING = ("file", "down", "depends", "labels", "ast", "imports", "up", "down_sql")
Render = Callable[[Sequence[str]], Mapping[str, Rendered]]


def history_seal(
    project: Project,
    what: str | None = None,
    *,
    base: str | None = None,
    wish: Wish | None = None,
    on_event: OnEvent = silent,
) -> Sealed:
    """Enter `REV`, `A..B`, or every revision that is new or changed, into migrations.sum."""
    wanted = set(select(project.history(), what)) if what else None
    return seal(project, renderer(project, wish, on_event), wanted, base=base)


def history_verify(
    project: Project,
    *,
    base: str | None = None,
    everything: bool = False,
    wish: Wish | None = None,
    on_event: OnEvent = silent,
) -> Verified:
    """Compare the history with its seals; compile what the hashes leave in doubt, or all of it with `everything`."""
    return verify(project, renderer(project, wish, on_event), base=base, everything=everything)


def history_verify_at(
    project: Project,
    environment: str,
    *,
    base: str | None = None,
    everything: bool = False,
    wish: Wish | None = None,
    on_event: OnEvent = silent,
) -> Verified:
    """The same, and what the ledger of a guarded database says was applied there. A history never sealed has only that."""
    from pgwright.gate.applied import applied
    from pgwright.gate.ledger import opened
    from pgwright.project.address import address_of

    with opened(address_of(project.settings, environment)) as conn:
        there = applied(conn, environment)
    try:
        found = history_verify(project, base=base, everything=everything, wish=wish, on_event=on_event)
    except NotSealed:
        found = Verified(len(project.history().revisions), 0)
    told = {(one.rule, one.revision) for one in found.findings}
    more = applied_findings(project, there, environment, base=base, wish=wish, on_event=on_event)
    unseen = tuple(one for one in more if (one.rule, one.revision) not in told)
    return replace(found, findings=found.findings + unseen, applied=len(there.lines))


def applied_findings(
    project: Project,
    there: Frozen,
    environment: str,
    *,
    base: str | None = None,
    wish: Wish | None = None,
    on_event: OnEvent = silent,
) -> tuple[Finding, ...]:
    """What became of the revisions that stand in a database since they were applied there, with what to do."""
    from pgwright.gate.applied import verify_applied

    try:
        held = frozen(project, base)
    except NoBase:
        held = Frozen()  # git vouches for nothing here; the ledger does
    found = verify_applied(project, renderer(project, wish, on_event), there, held, base)
    return tuple(replace(one, instead=_there(one.instead, f"history supersede {one.revision}", environment)) for one in found)


def _there(instead: str, command: str, environment: str) -> str:
    """The record that is meant is the one of that environment."""
    return instead.replace(command, f"{command} --env {environment}")


def history_rebase(
    project: Project,
    onto: str | None = None,
    *,
    base: str | None = None,
    wish: Wish | None = None,
    on_event: OnEvent = silent,
) -> tuple[tuple[Move, ...], Sealed]:
    """Put unapplied revisions after the other head, and seal what changed."""
    history = project.history()
    if onto:
        [onto] = select(history, onto)
    done = moves(history, frozen(project, base).lines, onto)
    for move in done:
        apply(move)
        on_event(Event("rebase", f"{move.revision} follows {move.now} instead of {move.was}", level="good"))
    return done, seal(project, renderer(project, wish, on_event), base=base)


def history_supersede(
    project: Project,
    revision: str,
    *,
    author: str | None = None,
    base: str | None = None,
    environment: str | None = None,
    wish: Wish | None = None,
    on_event: OnEvent = silent,
) -> Path:
    """Write the text that others have to sign before the record of a frozen revision becomes what its file says now.

    With an environment the record is the one in its ledger. Raises NotFrozen, NotChanged.
    """
    from pgwright.gate.author import author_of
    from pgwright.gate.policy import policy_of
    from pgwright.gate.supersede import write_supersede

    held = _applied_at(project, environment) if environment else frozen(project, base).lines
    _, inputs = read_inputs(project)
    [name] = select(project.history(), revision)
    if name not in held:
        raise NotFrozen(revision=name)
    now = line_of(inputs[name], renderer(project, wish, on_event)([name])[name])
    if all(getattr(held[name], one) == getattr(now, one) for one in MEANING):
        raise NotChanged(revision=name)
    who = author or author_of(project, name, inputs[name].path, "production")
    return write_supersede(project, held[name], now, who, policy_of(project.settings.policy))


def _applied_at(project: Project, environment: str) -> Mapping[str, Line]:
    from pgwright.gate.applied import applied
    from pgwright.gate.ledger import opened
    from pgwright.project.address import address_of

    with opened(address_of(project.settings, environment)) as conn:
        return applied(conn, environment).lines


def history_merge(
    project: Project, message: str | None = None, *, wish: Wish | None = None, on_event: OnEvent = silent
) -> tuple[Path, Sealed]:
    """Write a revision that joins the heads and does nothing else, and seal it."""
    from pgwright.design.draft import Style
    from pgwright.design.revision_id import revision_id
    from pgwright.shadow.stage import Options
    from pgwright.verbs.session import Wish, session

    groups = diverged(project.history())
    if not groups:
        raise NothingToRebase()
    wanted = wish or Wish(options=Options(rows="none", trace=False))
    with session(project, wanted, 0, on_event, keep=False) as (stage, _):
        style = Style(revision_ids=tuple(one.id for one in stage.loaded.revisions))
        text = message or f"merge {' and '.join(groups[0])}"
        name = revision_id(text, style, today=date.today())
        path = stage.interpreter.write_revision(name, text, head=list(groups[0]))
        return path, seal(project, lambda names: rendered(stage, names))


def seal_written(project: Project, stage: Stage, revisions: Collection[str], on_event: OnEvent = silent) -> None:
    """Seal revisions that were just written, while the user's interpreter is there. A history never sealed stays so."""
    if not sums_file(project).is_file() and len(project.history().revisions) > len(revisions):
        on_event(Event("seal", "this history is not sealed; see pgwright history seal", level="note"))
        return
    seal(project, lambda names: rendered(stage, names), revisions)


def renderer(project: Project, wish: Wish | None, on_event: OnEvent) -> Render:
    """A function that compiles revisions through the project's own env.py, on a throw-away server."""

    def render(names: Sequence[str]) -> Mapping[str, Rendered]:
        from pgwright.shadow.stage import Options
        from pgwright.verbs.session import Wish, session

        on_event(Event("compile", f"{len(names)} revision{'s' if len(names) != 1 else ''}"))
        wanted = wish or Wish(options=Options(rows="none", trace=False))
        with session(project, wanted, 0, on_event, keep=False) as (stage, _):
            return rendered(stage, names)

    return render


def rendered(stage: Stage, names: Sequence[str]) -> Mapping[str, Rendered]:
    """The revisions as they compile now, as hashes."""
    stage.compile(names)
    convention = text_hash(stage.loaded.naming_convention)
    made_with = f"alembic-{stage.loaded.alembic},sqlalchemy-{stage.loaded.sqlalchemy}"

    def told(name: str, direction: Direction) -> str:
        one = stage.compiled[name, direction]
        return text_hash(one.sql) if one.sql is not None else one.reason

    return {name: Rendered(told(name, "up"), told(name, "down"), convention, made_with) for name in names}
