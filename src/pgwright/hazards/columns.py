"""What a statement makes: columns with their types, keys and foreign keys, wherever they are written."""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AddColumn, AddConstraint, AlterType, Column, Constraint, CreateTable, Type
from pgwright.hazards.statement import Statement


def made_columns(statement: Statement) -> Iterator[tuple[str, Column]]:
    """(table, column) of CREATE TABLE and ADD COLUMN; temporary tables left out."""
    for act in statement.acts:
        if isinstance(act, CreateTable) and not act.temporary:
            yield from ((act.table, column) for column in act.columns)
        elif isinstance(act, AddColumn):
            yield act.table, act.column


def typed_columns(statement: Statement, *types: str) -> dict[str, list[str]]:
    """By table, the columns that get one of those types: new ones, and those whose type changes."""
    out: dict[str, list[str]] = {}
    found: list[tuple[str, str, Type]] = [(table, one.name, one.type) for table, one in made_columns(statement)]
    found += [(act.table, act.column, act.type) for act in statement.of(AlterType)]
    for table, name, type_ in found:
        if type_.name in types:
            out.setdefault(table, []).append(name)
    return out


def made_constraints(statement: Statement, *kinds: str) -> Iterator[tuple[str, Constraint]]:
    """(table, constraint) of those kinds, those beside a column too; temporary tables left out."""
    for act in statement.acts:
        if isinstance(act, AddConstraint) and act.constraint.kind in kinds:
            yield act.table, act.constraint
        elif isinstance(act, CreateTable) and not act.temporary:
            yield from ((act.table, one) for one in act.constraints if one.kind in kinds)
    for table, column in made_columns(statement):
        yield from ((table, one) for one in column.constraints if one.kind in kinds)
