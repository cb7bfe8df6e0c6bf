"""prove: a verdict on each revision that is asked for."""

from __future__ import annotations

from pgwright.event import Event, OnEvent, silent
from pgwright.project import Project, new_against_main, select
from pgwright.project.kept import keep
from pgwright.records import Proof
from pgwright.shadow import baseline, borrowed
from pgwright.shadow import prove as proving
from pgwright.shadow.app_sql import AppSql
from pgwright.shadow.attached import AttachedServer
from pgwright.shadow.order import walked
from pgwright.verbs.app_sql import app_sql_of
from pgwright.verbs.baseline import baseline_of
from pgwright.verbs.history import rendered
from pgwright.verbs.releases import releases
from pgwright.verbs.sealed import broken_seals, refuted
from pgwright.verbs.session import Wish, session


def prove(
    project: Project,
    what: str | None = None,
    *,
    whole: bool = False,
    wish: Wish | None = None,
    on_event: OnEvent = silent,
) -> tuple[Proof, ...]:
    """Prove the revisions: `REV`, `A..B`, all of them, or (by default) those new against the main branch."""
    wish = wish or Wish()
    history = project.history()
    order = list(walked(history)) if not history.problems else []
    if whole:
        wanted = set(order)
    else:
        wanted = set(select(history, what)) if what else {s.revision for s in new_against_main(project)}
    if not wanted and not history.problems:
        return ()
    sent = wish.app_sql if wish.app_sql is not None else _app_sql(project, on_event)
    first = 0 if whole else min((order.index(r) for r in wanted if r in order), default=0)
    proofs: list[Proof] = []
    with session(project, wish, first, on_event, keep=not whole) as (stage, lineage):
        stage.app_sql = sent.statements
        if wish.old_code:
            stage.releases = releases(project, stage, wish.old_code)
        broken = broken_seals(project, lambda names: rendered(stage, names), on_event)
        for proof in proving.proofs(stage, lineage, wanted, whole=whole):
            proof = refuted(proof, broken)
            proof = baseline.told(proof, baseline_of(project, history, order))
            if isinstance(stage.server, AttachedServer):
                proof = borrowed.told(proof, stage.server, traced=wish.options.trace)
            proofs.append(proof)
            keep(project, "proofs", proof.revision, proof)
            on_event(
                Event(
                    proof.verdict,
                    f"{proof.revision}",
                    len(proofs),
                    len(wanted),
                    "good" if proof.verdict == "proven" else "bad",
                )
            )
    return tuple(proofs)


def _app_sql(project: Project, on_event: OnEvent) -> AppSql:
    """What pgwright.toml names; what cannot be used of it is told."""
    sent = app_sql_of(project)
    for one in sent.refused:
        on_event(Event("app-sql", one.message, level="bad"))
    return sent
