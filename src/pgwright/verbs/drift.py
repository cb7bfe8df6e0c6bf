"""drift: a database against its recorded revisions, and the models against the head; nothing is changed anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pgwright.design.difference import requests_from
from pgwright.design.request import to_json as request_json
from pgwright.event import OnEvent, silent
from pgwright.gate.drift import Drift, drift, stamp_drift
from pgwright.gate.stamps import Stamp, stamps
from pgwright.project import Project
from pgwright.project.address import address_of
from pgwright.records import Task
from pgwright.run import likeness, stamp
from pgwright.run.likeness import Seen
from pgwright.run.planned import Known, version_table_of
from pgwright.run.session import opened
from pgwright.schema.model import Schema
from pgwright.shadow.drift import models_created
from pgwright.shadow.stage import Options
from pgwright.verbs.execution import known_of
from pgwright.verbs.refusals import HeadUnreachable
from pgwright.verbs.session import Wish, session

ADDS = ("create_", "add_", "set_not_null", "put_")  # a drift never proposes to drop anything


@dataclass(frozen=True, slots=True)
class Drifted:
    """What a database is, beside what it says it is. `tasks` would reconcile the two; neither is planned or applied."""

    environment: str
    recorded: tuple[str, ...]
    ahead: tuple[str, ...]  # revisions that are not applied yet: no drift
    stories: tuple[Drift, ...]
    stamps: tuple[Stamp, ...] = ()  # recorded revisions that are not files here
    tasks: tuple[Task, ...] = ()
    format: str = "drift/1"

    @property
    def is_clean(self) -> bool:
        """True when the database, its revisions and the models agree."""
        return not self.stories and not self.stamps


def drift_of(
    project: Project, environment: str, *, wish: Wish | None = None, on_event: OnEvent = silent
) -> Drifted:
    """Compare the three ways. Raises UnknownEnvironment, NoAddress, Unreachable, HeadUnreachable."""
    known = known_of(project)
    with opened(address_of(project.settings, environment), on_event=on_event) as there:
        table = version_table_of(known.proofs.values())
        recorded = stamp.heads(there.conn, table)
        roles = likeness.made_roles(one.file.read_text("utf-8", "replace") for one in known.history.revisions)
        seen = likeness.see(there, table, roles)
    strange = tuple(one for one in stamps(project, list(recorded)) if one.state not in ("known", "behind"))
    done = [name for name in known.order if any(name in known.history.ancestors(head) for head in recorded
                                                if head in known.history.by_id)]  # fmt: skip
    expected, head, models = _made(project, known, len(done), wish, on_event)
    stories = list(drift(expected, seen.schema, ignore=seen.ignored))
    for one in recorded:
        stories += stamp_drift(one, seen.schema, tuple(known.proofs.values()))
    if models is not None:
        stories += drift(head, head, models, ignore=seen.ignored)
    return Drifted(
        environment, recorded, tuple(name for name in known.order if name not in done), tuple(stories), strange,
        _tasks(expected, seen) if stories else (),
    )  # fmt: skip


def _made(
    project: Project, known: Known, at: int, wish: Wish | None, on_event: OnEvent
) -> tuple[Schema, Schema, Schema | None]:
    """On a shadow: what the recorded revisions make, what all of them make, and what the models make, if there are any."""
    wanted = wish or Wish(options=Options(rows="none", trace=False))
    with session(project, wanted, at, on_event) as (stage, lineage):
        schemas = []
        for end in (at, len(lineage.order)):
            ran = lineage.advance(lineage.order[lineage.at : end])
            if ran is not None and ran.error is not None:
                raise HeadUnreachable(why=ran.error.message, file=ran.error.file, line=ran.error.line)
            schemas.append(lineage.snapshot.schema)
        return schemas[0], schemas[1], models_created(stage, schemas[1])


def _tasks(expected: Schema, seen: Seen) -> tuple[Task, ...]:
    """What would take into the history what was made outside of it, and what would bring back what is gone."""
    both = (
        ("take into the history what was made outside of it", expected, seen.schema),
        ("bring back what the recorded revisions had made", seen.schema, expected),
    )
    found = [(title, _adding(before, after, seen)) for title, before, after in both]
    return tuple(Task(title, tuple(requests)) for title, requests in found if requests)


def _adding(before: Schema, after: Schema, seen: Seen) -> Sequence[dict[str, object]]:
    wanted = [request_json(one) for one in requests_from(before, after, ignore=seen.ignored).requests]
    return [one for one in wanted if str(one["kind"]).startswith(ADDS)]
