"""Findings that only a run can show: statements that touched nothing, rows that exist only elsewhere, small residues."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pgwright.interpreter import Revision
from pgwright.records import Reason
from pgwright.schema.diff import describe
from pgwright.shadow import app_sql, old_code
from pgwright.shadow.cycle import Cycle
from pgwright.shadow.finding import measured
from pgwright.shadow.no_op import no_ops
from pgwright.shadow.rows import RowDifference
from pgwright.step import Finding

NULLS = re.compile(r'column "([^"]+)" of relation "([^"]+)"')


def observed_findings(
    revision: Revision,
    found: Cycle,
    notes: Sequence[Reason],
    filled: Mapping[str, int],
    sent: Sequence[app_sql.Statement] = (),
) -> Iterator[Finding]:
    """Everything worth telling that does not refute the revision."""
    for note in notes:
        yield _hostile(revision, note) if note.code == "data-dependent-failure" else _orphans(revision, note)
    yield from no_ops(revision, found, filled)
    for change in found.said:
        yield _left(revision, change)
    yield from old_code.findings(revision, (t for t in found.application if t.release != "app"))
    yield from app_sql.findings(revision, sent, found.application)
    for difference in found.differences:
        if not difference.refutes:
            yield measured(
                revision,
                "residue",
                "PW402",
                "info",
                describe(difference),
                None,
                why="Reported, not refuting: column order, NOT NULL names, extensions left behind.",
            )


def _orphans(revision: Revision, note: Reason) -> Finding:
    return measured(
        revision,
        "needs-existing-rows",
        "PW301",
        "warning",
        note.message,
        note.statement,
        why="The revision writes rows whose parents are in no earlier revision: an empty database cannot be built "
        "with it. It was proven with foreign key triggers off.",
        instead="Insert the parents first, or leave out rows whose parents are absent.",
        line=note.line,
        phase="downgrade" if note.phase == "down" else "upgrade",
    )


def _hostile(revision: Revision, note: Reason) -> Finding:
    missing = NULLS.search(note.message)
    query = f'SELECT count(*) FROM "{missing[2]}" WHERE "{missing[1]}" IS NULL' if missing else ""
    return measured(
        revision,
        "data-dependent-failure",
        "PW302",
        "warning",
        note.message,
        note.statement,
        why="Rows that the present constraints allow make the step fail. Whether there are any is for production to say.",
        instead=f"Count them before applying: {query}" if query else "Count such rows in production before applying.",
        line=note.line,
        phase="downgrade" if note.phase == "down" else "upgrade",
    )


def _left(revision: Revision, change: RowDifference) -> Finding:
    return measured(
        revision,
        "values-left",
        "PW494",
        "info",
        f"the downgrade leaves what the backfill wrote over NULL: {change}",
        None,
        why="Which rows were NULL is remembered nowhere; the revision says so in its literal.",
        phase="downgrade",
    )
