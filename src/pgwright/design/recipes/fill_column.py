"""Write another value into the rows of a table in use.

backfill  in batches, each its own transaction; a row that has the value already is not written, so it can be repeated
undo      none: what was there before is not remembered
One UPDATE of all rows is an outage without any DDL (measured, 2 M rows: clients waited 25 s for its row locks).
"""

from __future__ import annotations

from pgwright.design import expression, lookup
from pgwright.design.batches import plain_form
from pgwright.design.compiled import step
from pgwright.design.conversion import has_equality
from pgwright.design.draft import Draft, Surroundings, Validation
from pgwright.design.refusals import BadField
from pgwright.design.requests.column import FillColumn
from pgwright.design.source import qualified, quoted


def check(want: FillColumn, on: Surroundings) -> None:
    """Refuses a value that would differ when the fill is repeated."""
    lookup.column_of(want, on)
    only_empty = want.where == f"{quoted(want.column)} IS NULL"  # no longer true of a row that is filled
    reads = expression.columns(want.using) + (expression.columns(want.where) if want.where and not only_empty else ())
    if want.column in reads or expression.differs_each_time(want.using):
        problem = f"must not read {want.column} itself, nor differ each time: the fill has to be repeatable"
        raise BadField(kind=want.kind, field="using", problem=problem, known="using, where")


def backfill(want: FillColumn, on: Surroundings) -> tuple[Draft, ...]:
    """The rows, in batches."""
    table, relation = on.table(want.table, want.schema), qualified(want.schema, want.table)
    column, cast = quoted(want.column), "" if has_equality(lookup.column(table, want.column).type) else "::text"
    where = f"{column}{cast} IS DISTINCT FROM ({want.using}){cast}" + (f" AND ({want.where})" if want.where else "")
    code = plain_form(relation, column, want.using, where, on.limits.backfill_pages, batch=on.style.batch)
    return (
        Draft(
            phase="backfill",
            subject=f"fill {want.column} of {want.table}",
            why="In batches, each its own transaction; rows that have the value are not written, so it can be repeated.",
            change=want.kind,
            steps=(step(code, "backfill", undo=None, transactional=False),),
            locks=(f"ROW EXCLUSIVE on {want.table}; the rows of one batch at a time",),
            validations=(Validation("rows without the value", f"SELECT count(*) FROM {relation} WHERE {where}"),),
            notes=("What was there before is not remembered: the downgrade leaves the values.",),
            backfill={
                "table": relation,
                "set": {want.column: want.using},
                "where": where,
                "key": list(table.primary_key),
            },
        ),
    )
