"""What hangs on columns that go to another table: the same indexes and constraints there, by the recipes that add them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pgwright.design import dependents, expression, view
from pgwright.design.difference import as_requests
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.index_definition import request_of
from pgwright.design.recipes import add_check, add_foreign_key, add_index, add_unique
from pgwright.design.refusals import StillNeeded
from pgwright.design.request import Request
from pgwright.design.requests.constraint import AddCheck, AddForeignKey, AddUnique
from pgwright.design.requests.index import AddIndex
from pgwright.schema.model import Constraint, Index, Relation

_ALONE = (AddIndex, AddForeignKey, AddUnique, AddCheck)


def hanging(table: Relation, columns: Sequence[str]) -> dependents.Hanging:
    """Indexes and constraints of the table that read any of the columns, each once."""
    found = [dependents.hanging(table, c) for c in columns]
    indexes = {i.name: i for one in found for i in one.indexes}
    constraints = {c.name: c for one in found for c in one.constraints}
    return dependents.Hanging(tuple(indexes.values()), tuple(constraints.values()))


def refuse_what_cannot_go(on: Surroundings, table: Relation, columns: Sequence[str]) -> None:
    """StillNeeded for what reads the columns and cannot follow them: views, policies, keys of several tables, sequences."""
    if table.row_security:
        raise StillNeeded(what="column", name=f"{table.name}.{columns[0]}", dependents="row-level security, which")
    for name in columns:
        dependents.refuse_what_stays_behind(on, table, name)
        bound = [f"{t.name}.{c.name}" for t, c in dependents.inbound(on, table, name)]
        bound += [v.name for v in view.standing_on(on, table, name)]
        bound += ["its own numbering"] if numbers(table, name) else []
        column = table.column(name)
        bound += ["the expression that generates it"] if column and column.generated else []
        bound += ["its primary key"] if name in table.primary_key else []
        if bound:
            raise StillNeeded(what="column", name=f"{table.name}.{name}", dependents=", ".join(bound))
    list(requests(table, table, columns))


def numbers(table: Relation, name: str) -> bool:
    """Whether the database numbers the column's rows."""
    column = table.column(name)
    return bool(column and (column.identity or (column.default or "").startswith("nextval(")))


def requests(table: Relation, to: Relation, columns: Sequence[str]) -> Iterator[Request]:
    """The requests that make the same rules in the other table, under names of its own."""
    found = hanging(table, columns)
    schema = None if to.schema == "public" else to.schema
    everything: tuple[Index | Constraint, ...] = (*found.indexes, *found.constraints)
    for what in everything:
        wanted = request_of(table, what) if isinstance(what, Index) else _asked(table, what)
        if wanted is None or not _reads(what) <= set(columns):
            raise StillNeeded(what="column", name=f"{table.name}.{', '.join(columns)}", dependents=what.name)
        there = replace(wanted, table=to.name, schema=schema, name=None)  # type: ignore[call-arg]
        yield replace(there, index=False) if isinstance(there, AddForeignKey) else there


def _asked(table: Relation, what: Constraint) -> Request | None:
    found = next(iter(as_requests(table, what)), None)
    return found if isinstance(found, _ALONE) and what.validated else None


def _reads(what: Index | Constraint) -> set[str]:
    if isinstance(what, Constraint):
        return set(what.columns) | set(expression.columns(what.expression) if what.expression else ())
    plain = {k for k in (*what.keys, *what.include) if "(" not in k}
    return plain | set(expression.names_in(what.definition))


def promised(wanted: Sequence[Request], on: Surroundings, change: str) -> Iterator[Draft]:
    """Foreign keys and CHECKs, NOT VALID, before the triggers write anything there: phase expand."""
    for one in wanted:
        drawn: tuple[Draft, ...] = ()
        if isinstance(one, AddForeignKey):
            drawn = add_foreign_key.expand(one, on)
        elif isinstance(one, AddCheck):
            drawn = add_check.expand(one, on)
        yield from (replace(d, change=change, joins="") for d in drawn)


def drafts(wanted: Sequence[Request], on: Surroundings, change: str) -> Iterator[Draft]:
    """Their validation, and indexes, after the fill: phase enforce."""
    for one in wanted:
        drawn: tuple[Draft, ...] = ()
        if isinstance(one, AddIndex):
            drawn = add_index.expand(one, on)
        elif isinstance(one, AddUnique):
            drawn = add_unique.expand(one, on)
        elif isinstance(one, AddForeignKey):
            drawn = add_foreign_key.enforce(one, on)
        elif isinstance(one, AddCheck):
            drawn = add_check.enforce(one, on)
        yield from (replace(d, phase="enforce", change=change, joins="") for d in drawn)


def refuse_what_needs_a_value(table: Relation, columns: Sequence[str]) -> None:
    """StillNeeded for rules that a row without values could break: there such rows are possible, and here they were not."""
    found = hanging(table, columns)
    needy = [c.name for c in found.of_kind("check") if c.expression and not expression.passes_without_values(c.expression)]
    needy += [c.name for c in found.of_kind("unique") if "NULLS NOT DISTINCT" in c.definition]
    needy += [i.name for i in found.indexes if i.unique and i.nulls_not_distinct]
    if needy:
        raise StillNeeded(what="column", name=f"{table.name}.{', '.join(columns)}", dependents=", ".join(needy))


def free(wanted: Sequence[Request], on: Surroundings) -> None:
    """Refuses names that are taken."""
    for one in wanted:
        if isinstance(one, AddIndex):
            add_index.check(one, on)
        elif isinstance(one, AddUnique):
            add_unique.check(one, on)
        elif isinstance(one, AddForeignKey):
            add_foreign_key.check(one, on)
        elif isinstance(one, AddCheck):
            add_check.check(one, on)
