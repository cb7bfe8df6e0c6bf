"""The catalog that a proof began or ended with, built again on a shadow: to say what differs, not only that it does."""

from __future__ import annotations

from pgwright.errors import Refusal
from pgwright.event import Event, OnEvent
from pgwright.project import Project
from pgwright.run.likeness import Expected
from pgwright.run.planned import Known
from pgwright.schema.model import Schema
from pgwright.shadow.stage import Options
from pgwright.verbs.session import Wish, session


def rebuilding(project: Project, known: Known, python: str | None, on_event: OnEvent) -> Expected:
    """A function from (revision, before | after) to the schema on a shadow; None when the shadow cannot get there."""

    def expected(revision: str, when: str) -> Schema | None:
        at = known.order.index(revision) + (when == "after")
        wish = Wish(python=python, options=Options(rows="none", trace=False))
        try:
            with session(project, wish, at, on_event, keep=True) as (_, lineage):
                ran = lineage.advance(lineage.order[lineage.at : at])
                return lineage.snapshot.schema if ran is None else None
        except Refusal as refused:
            on_event(Event("compare", f"the proven state could not be rebuilt: {refused.message}", level="note"))
            return None

    return expected
