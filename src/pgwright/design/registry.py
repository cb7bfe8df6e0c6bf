"""Which recipe serves which request, in the order in which a change is built up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from pgwright.design import lookup, operations
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.recipes import (
    add_check,
    add_column,
    add_enum_value,
    add_exclusion,
    add_extension,
    add_foreign_key,
    add_index,
    add_unique,
    alter_default,
    change_type,
    create_enum,
    create_table,
    drop_column,
    drop_constraint,
    drop_enum,
    drop_expression,
    drop_extension,
    drop_function,
    drop_identity,
    drop_index,
    drop_not_null,
    drop_policy,
    drop_table,
    drop_trigger,
    drop_view,
    fill_column,
    grant,
    merge_tables,
    move_column,
    partition_table,
    put_function,
    put_policy,
    put_trigger,
    put_view,
    remove_enum_value,
    rename_column,
    rename_enum_value,
    rename_table,
    replace_index,
    revoke,
    set_comment,
    set_expression,
    set_identity,
    set_not_null,
    set_row_security,
    split_table,
    widen_column,
)
from pgwright.design.requests.across import MergeTables, MoveColumn, PartitionTable, SplitTable
from pgwright.design.requests.base import Request
from pgwright.design.requests.code import DropFunction, DropTrigger, PutFunction, PutTrigger
from pgwright.design.requests.column import (
    AddColumn,
    AlterDefault,
    ChangeType,
    DropColumn,
    DropExpression,
    DropIdentity,
    DropNotNull,
    FillColumn,
    RenameColumn,
    SetComment,
    SetExpression,
    SetIdentity,
    SetNotNull,
    WidenColumn,
)
from pgwright.design.requests.constraint import AddCheck, AddExclusion, AddForeignKey, AddUnique, DropConstraint
from pgwright.design.requests.enum import AddEnumValue, CreateEnum, DropEnum, RemoveEnumValue, RenameEnumValue
from pgwright.design.requests.extension import AddExtension, DropExtension
from pgwright.design.requests.index import AddIndex, DropIndex, ReplaceIndex
from pgwright.design.requests.rights import DropPolicy, Grant, PutPolicy, Revoke, SetRowSecurity
from pgwright.design.requests.table import CreateTable, DropTable, RenameTable
from pgwright.design.requests.view import DropView, PutView
from pgwright.schema.model import Schema
from pgwright.step import Phase

Draw = Callable[[Any, Surroundings], tuple[Draft, ...]]
PHASES: tuple[Phase, ...] = ("expand", "backfill", "enforce", "switch", "contract")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A request's kind and the module of its recipe.

    The module has a function for each phase that it needs, each drawing revisions: expand, backfill, enforce, switch,
    contract. Beside them `check(want, on)` refuses what the database rules out, and `after(want, on)` gives the schema
    that the next request sees; both only where there is something to say.
    """

    request: type[Request]
    module: ModuleType
    only_postgresql: bool = False  # a project that also runs SQLite gets every statement guarded

    def phase(self, name: Phase) -> Draw | None:
        """The function of one phase, where the recipe has one."""
        return getattr(self.module, name, None)

    def check(self, want: Request, on: Surroundings) -> None:
        """Nothing, or a refusal that names what is wrong and what is near it."""
        if hasattr(want, "table") and want.kind != "create_table":
            table = lookup.table_of(want, on)
            column = getattr(want, "column", None)
            if column is not None and want.kind != "add_column":
                lookup.column(table, column)
        check: Callable[[Any, Surroundings], None] | None = getattr(self.module, "check", None)
        if check is not None:
            check(want, on)

    def drafts(self, want: Request, on: Surroundings) -> tuple[Draft, ...]:
        """The revisions of one request, in phase order."""
        drawn = (draw(want, on) for phase in PHASES if (draw := self.phase(phase)) is not None)
        drafts = tuple(draft for drafts in drawn for draft in drafts)
        if not self.only_postgresql:
            return drafts
        return tuple(replace(d, steps=operations.for_postgresql(on, d.steps)) for d in drafts)

    def after(self, want: Request, on: Surroundings) -> Schema:
        """The database once the request is done: enough of it for the next one to be checked and drawn."""
        after: Callable[[Any, Surroundings], Schema] | None = getattr(self.module, "after", None)
        return after(want, on) if after is not None else on.database


RECIPES: tuple[Recipe, ...] = (
    Recipe(AddExtension, add_extension, only_postgresql=True),
    Recipe(RenameTable, rename_table),
    Recipe(RenameColumn, rename_column),
    Recipe(CreateEnum, create_enum),
    Recipe(RenameEnumValue, rename_enum_value, only_postgresql=True),
    Recipe(AddEnumValue, add_enum_value, only_postgresql=True),
    Recipe(CreateTable, create_table),
    Recipe(WidenColumn, widen_column),
    Recipe(ChangeType, change_type, only_postgresql=True),
    Recipe(MoveColumn, move_column, only_postgresql=True),
    Recipe(SplitTable, split_table, only_postgresql=True),
    Recipe(MergeTables, merge_tables, only_postgresql=True),
    Recipe(PartitionTable, partition_table, only_postgresql=True),
    Recipe(AlterDefault, alter_default),
    Recipe(DropNotNull, drop_not_null),
    Recipe(AddColumn, add_column),
    Recipe(FillColumn, fill_column),
    Recipe(AddIndex, add_index),
    Recipe(ReplaceIndex, replace_index),
    Recipe(AddUnique, add_unique),
    Recipe(AddForeignKey, add_foreign_key),
    Recipe(AddExclusion, add_exclusion),
    Recipe(AddCheck, add_check),
    Recipe(SetNotNull, set_not_null),
    Recipe(SetIdentity, set_identity, only_postgresql=True),
    Recipe(SetExpression, set_expression, only_postgresql=True),
    Recipe(DropExpression, drop_expression, only_postgresql=True),
    Recipe(SetComment, set_comment),
    Recipe(RemoveEnumValue, remove_enum_value, only_postgresql=True),
    Recipe(DropIdentity, drop_identity, only_postgresql=True),
    Recipe(PutFunction, put_function, only_postgresql=True),
    Recipe(PutView, put_view, only_postgresql=True),
    Recipe(PutTrigger, put_trigger, only_postgresql=True),
    Recipe(PutPolicy, put_policy, only_postgresql=True),
    Recipe(Grant, grant, only_postgresql=True),
    Recipe(SetRowSecurity, set_row_security, only_postgresql=True),
    Recipe(Revoke, revoke, only_postgresql=True),
    Recipe(DropPolicy, drop_policy, only_postgresql=True),
    Recipe(DropTrigger, drop_trigger, only_postgresql=True),
    Recipe(DropView, drop_view, only_postgresql=True),
    Recipe(DropFunction, drop_function, only_postgresql=True),
    Recipe(DropConstraint, drop_constraint),
    Recipe(DropIndex, drop_index),
    Recipe(DropColumn, drop_column),
    Recipe(DropTable, drop_table),
    Recipe(DropEnum, drop_enum, only_postgresql=True),
    Recipe(DropExtension, drop_extension, only_postgresql=True),
)
