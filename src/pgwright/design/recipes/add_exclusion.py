"""Add an exclusion constraint.

expand    on a table that is new: with it. On a table in use: ADD CONSTRAINT ... EXCLUDE builds its index while everybody
          waits (ACCESS EXCLUSIVE): PostgreSQL knows neither NOT VALID nor USING INDEX for it. The conflicts are counted
          first, before any lock, and the statement does not run while there is one.
undo      DROP CONSTRAINT
Source: PostgreSQL documentation, CREATE TABLE, EXCLUDE; ALTER TABLE, ADD table_constraint_using_index.
"""

from __future__ import annotations

from pgwright.design import lookup, names, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation
from pgwright.design.expression import is_call, with_columns
from pgwright.design.requests.constraint import AddExclusion
from pgwright.design.requests.value import Element
from pgwright.design.source import qualified, quoted, sql_string
from pgwright.schema.model import Constraint, Schema


def name_of(want: AddExclusion, on: Surroundings) -> str:
    """The name given, or made of table and columns."""
    columns = tuple(e.column or "expr" for e in want.elements)
    return want.name or names.fitted(f"ex_{want.table}_{'_'.join(columns)}")


def check(want: AddExclusion, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table = lookup.table_of(want, on)
    for element in want.elements:
        if element.column:
            lookup.column(table, element.column)
    lookup.is_free(table, name_of(want, on), on, index=True)


def _sql(element: Element) -> str:
    if element.expression is None:
        return quoted(element.column)
    return element.expression if is_call(element.expression) else f"({element.expression})"


def _conflicts(want: AddExclusion) -> Validation:
    """Each pair once, by the rows' places."""

    def side(text: str, row: str) -> str:
        return with_columns(text, lambda name: f"{row}.{quoted(name)}")

    rules = [f"({side(_sql(e), 'one')}) {e.operator} ({side(_sql(e), 'other')})" for e in want.elements]
    if want.where:
        rules += [f"({side(want.where, row)})" for row in ("one", "other")]
    table = qualified(want.schema, want.table)
    pairs = f"{table} AS one JOIN {table} AS other ON one.ctid < other.ctid AND {' AND '.join(rules)}"
    return Validation("pairs of rows that exclude each other", f"SELECT count(*) FROM {pairs}")


def expand(want: AddExclusion, on: Surroundings) -> tuple[Draft, ...]:
    """The count, then the constraint."""
    name, is_new, counted = name_of(want, on), on.is_new(want.table, want.schema), _conflicts(want)
    table = qualified(want.schema, want.table)
    elements = ", ".join(f"{_sql(e)} WITH {e.operator}" for e in want.elements)
    where = f" WHERE ({want.where})" if want.where else ""
    add = f"ALTER TABLE {table} ADD CONSTRAINT {quoted(name)} EXCLUDE USING {want.method} ({elements}){where}"
    drop = operations.postgresql_only(on, f"ALTER TABLE {table} DROP CONSTRAINT {quoted(name)}")
    refuse = (
        f"BEGIN IF ({counted.sql}) > 0 THEN RAISE EXCEPTION USING MESSAGE = {sql_string(_words(want))}; END IF; END"
    )
    steps = [] if is_new else [step(operations.postgresql_only(on, f"DO {sql_string(refuse)}"), "expand")]
    return (
        Draft(
            phase="expand",
            subject=f"exclude rows of {want.table} that agree on {', '.join(_sql(e) for e in want.elements)}",
            why="" if is_new else "PostgreSQL has no way to build this one while clients go on: choose a quiet hour.",
            change=want.kind,
            steps=(*steps, step(operations.postgresql_only(on, add), "expand", undo=drop)),
            locks=() if is_new else (f"ACCESS EXCLUSIVE on {want.table} while its index is built: everybody waits",),
            validations=(counted,),
            joins="new" if is_new else "",
        ),
    )


def _words(want: AddExclusion) -> str:
    return f"{want.table} has rows that exclude each other: nothing was changed"


def after(want: AddExclusion, on: Surroundings) -> Schema:
    """The schema once it is done."""
    columns = tuple(e.column for e in want.elements if e.column)
    return lookup.constrained(on, want, Constraint(name_of(want, on), "exclusion", "", columns))
