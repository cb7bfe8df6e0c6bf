"""Which recipe serves which request, in the order in which a change is built up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pgwright.design.draft import Draft, Surroundings
from pgwright.design.recipes import (
    add_check,
    add_column,
    add_foreign_key,
    add_index,
    add_unique,
    alter_default,
    create_enum,
    create_table,
    drop_column,
    drop_constraint,
    drop_index,
    drop_not_null,
    drop_table,
    rename,
    set_not_null,
    widen_column,
)
from pgwright.design.request import Request
from pgwright.design.requests.column import (
    AddColumn,
    AlterDefault,
    DropColumn,
    DropNotNull,
    RenameColumn,
    SetNotNull,
    WidenColumn,
)
from pgwright.design.requests.constraint import AddCheck, AddForeignKey, AddUnique, DropConstraint
from pgwright.design.requests.enum import CreateEnum
from pgwright.design.requests.index import AddIndex, DropIndex
from pgwright.design.requests.table import CreateTable, DropTable, RenameTable
from pgwright.step import Phase

Draw = Callable[[Any, Surroundings], tuple[Draft, ...]]
PHASES: tuple[Phase, ...] = ("expand", "backfill", "enforce", "switch", "contract")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A request's kind, and what its recipe does in each phase."""

    request: type[Request]
    expand: Draw | None = None
    backfill: Draw | None = None
    enforce: Draw | None = None
    switch: Draw | None = None
    contract: Draw | None = None

    def drafts(self, want: Request, on: Surroundings) -> tuple[Draft, ...]:
        """The revisions of one request, in phase order."""
        drawn = (draw(want, on) for phase in PHASES if (draw := getattr(self, phase)) is not None)
        return tuple(draft for drafts in drawn for draft in drafts)


RECIPES: tuple[Recipe, ...] = (
    Recipe(RenameTable, switch=rename.table),
    Recipe(RenameColumn, switch=rename.column),
    Recipe(CreateEnum, expand=create_enum.expand),
    Recipe(CreateTable, expand=create_table.expand),
    Recipe(WidenColumn, expand=widen_column.expand),
    Recipe(AlterDefault, expand=alter_default.expand),
    Recipe(DropNotNull, expand=drop_not_null.expand),
    Recipe(AddColumn, expand=add_column.expand, backfill=add_column.backfill, enforce=add_column.enforce),
    Recipe(AddIndex, expand=add_index.expand),
    Recipe(AddUnique, expand=add_unique.expand),
    Recipe(AddForeignKey, expand=add_foreign_key.expand, enforce=add_foreign_key.enforce),
    Recipe(AddCheck, expand=add_check.expand, enforce=add_check.enforce),
    Recipe(SetNotNull, expand=set_not_null.expand, backfill=set_not_null.backfill, enforce=set_not_null.enforce),
    Recipe(DropConstraint, contract=drop_constraint.contract),
    Recipe(DropIndex, contract=drop_index.contract),
    Recipe(DropColumn, expand=drop_column.expand, contract=drop_column.contract),
    Recipe(DropTable, contract=drop_table.contract),
)
