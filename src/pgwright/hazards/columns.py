"""What a statement makes: columns with their types, keys and foreign keys, wherever they are written."""

from __future__ import annotations

from pgwright.hazards.acts import AddColumn, AddConstraint, AlterType, Column, Constraint, CreateTable, Type
from pgwright.hazards.statement import Statement


def made_columns(statement: Statement) -> list[tuple[str, Column]]:
    """(table, column) of CREATE TABLE and ADD COLUMN; temporary tables left out."""
    out: list[tuple[str, Column]] = []
    for act in statement.acts:
        if isinstance(act, CreateTable):
            if not act.temporary:
                out += [(act.table, column) for column in act.columns]
        elif isinstance(act, AddColumn):
            out.append((act.table, act.column))
    return out


def typed_columns(statement: Statement, *types: str) -> dict[str, list[str]]:
    """By table, the columns that get one of those types: new ones, and those whose type changes."""
    out: dict[str, list[str]] = {}
    found: list[tuple[str, str, Type]] = [(table, one.name, one.type) for table, one in made_columns(statement)]
    found += [(act.table, act.column, act.type) for act in statement.of(AlterType)]
    for table, name, type_ in found:
        if type_.name in types:
            out.setdefault(table, []).append(name)
    return out


def made_constraints(statement: Statement, *kinds: str) -> list[tuple[str, Constraint]]:
    """(table, constraint) of those kinds, those beside a column too; temporary tables left out."""
    out: list[tuple[str, Constraint]] = []
    has_columns = False
    for act in statement.acts:
        if isinstance(act, AddConstraint):
            if act.constraint.kind in kinds:
                out.append((act.table, act.constraint))
        elif isinstance(act, CreateTable):
            has_columns = True
            if not act.temporary:
                out += [(act.table, one) for one in act.constraints if one.kind in kinds]
        elif isinstance(act, AddColumn):
            has_columns = True
    for table, column in made_columns(statement) if has_columns else ():
        if column.constraints:
            out += [(table, one) for one in column.constraints if one.kind in kinds]
    return out
