"""What DROP, RENAME and SET SCHEMA leave behind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pgwright.hazards import acts
from pgwright.hazards.acts import Column
from pgwright.hazards.known import Known, KnownIndex, Table


def drop(known: Known, act: acts.Drop) -> None:
    if act.kind == "index":
        found = known.index(act.name)
        if found is not None:
            _owned(known, found[0]).indexes.pop(found[1].name, None)
    elif act.kind in ("table", "view", "materialized view", "foreign table"):
        known.tables.pop(act.name, None)
        for table, name, _ in list(known.referencing(act.name)) if act.cascade else ():
            _owned(known, table).constraints.pop(name, None)
        for view in known.dependents(act.name) if act.cascade else ():
            known.tables.pop(view.name, None)
    elif act.kind in ("trigger", "policy") and act.table in known.tables:
        table = _owned(known, known.tables[act.table])
        table.triggers.pop(act.name, None)
        table.policies.discard(act.name)
        table.restrictive.discard(act.name)
    elif act.kind == "schema" and act.cascade:
        for name in [name for name in known.tables if name.startswith(f"{act.name}.")]:
            del known.tables[name]
    else:
        things: dict[str, dict[str, Any]] = {
            "type": known.enums, "domain": known.domains, "function": known.functions,
            "procedure": known.functions, "sequence": known.sequences, "publication": known.publications,
        }  # fmt: skip
        things.get(act.kind, {}).pop(act.name, None)


def rename(known: Known, act: acts.Rename) -> None:
    table = known.own(act.name)
    if act.kind == "column" and table is not None and act.old in table.columns:
        table.columns = {act.new if n == act.old else n: _called(c, act.new, act.old) for n, c in table.columns.items()}
        _respell(table, act.old, act.new)
    elif act.kind in ("table", "view", "materialized view") and table is not None:
        _move(known, act.name, ".".join((*act.name.split(".")[:-1], act.new)))
    elif act.kind == "constraint" and table is not None:
        if act.old in table.constraints:
            table.constraints[act.new] = replace(table.constraints.pop(act.old), name=act.new)
        if act.old in table.indexes:
            table.indexes[act.new] = _renamed(table.indexes.pop(act.old), act.new)
    elif act.kind == "index":
        found = known.index(act.name)
        if found is not None:
            indexes = _owned(known, found[0]).indexes
            indexes[act.new] = _renamed(indexes.pop(found[1].name), act.new)
    elif act.kind == "enum value" and act.name in known.enums:
        enum = known.enums[act.name]
        enum.labels = [act.new if label == act.old else label for label in enum.labels]
    elif act.kind == "type" and act.name in known.enums:
        _rename_type(known, act)


def _rename_type(known: Known, act: acts.Rename) -> None:
    """Columns follow a type to its new name."""
    new = ".".join((*act.name.split(".")[:-1], act.new))
    known.enums[new] = known.enums.pop(act.name)
    for name in [
        name for name, one in known.tables.items() if any(c.type.name == act.name for c in one.columns.values())
    ]:
        table = _owned(known, known.tables[name])
        for column in [one for one in table.columns.values() if one.type.name == act.name]:
            table.columns[column.name] = replace(column, type=replace(column.type, name=new))


def _called(column: Column, new: str, old: str) -> Column:
    return replace(column, name=new) if column.name == old else column


def _renamed(index: KnownIndex, new: str) -> KnownIndex:
    return replace(index, index=replace(index.index, name=new), constraint=new if index.constraint else None)


def _respell(table: Table, old: str, new: str) -> None:
    """Constraints and indexes follow a column to its new name."""

    def spelled(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if name == old else name for name in names)

    for name, one in table.constraints.items():
        if old in one.columns:
            expression = one.expression
            if expression is not None:
                proven = frozenset(new if n == old else n for n in expression.not_null)
                expression = replace(expression, columns=spelled(expression.columns), not_null=proven)
            table.constraints[name] = replace(one, columns=spelled(one.columns), expression=expression)
    for name, index in table.indexes.items():
        table.indexes[name] = replace(index, index=replace(index.index, keys=spelled(index.index.keys)))


def _move(known: Known, old: str, new: str) -> None:
    table = replace(known.tables.pop(old), name=new)
    known.owned.discard(new)
    known.tables[new] = table
    if old in known.fresh:
        known.fresh.add(new)
    for one, name, constraint in list(known.referencing(old)):
        _owned(known, one).constraints[name] = replace(constraint, references=new)
    for view in known.dependents(old):
        _owned(known, view).reads = tuple(new if name == old else name for name in view.reads)


def move_schema(known: Known, act: acts.MoveSchema) -> None:
    if act.kind in ("table", "view", "materialized view") and act.name in known.tables:
        bare = act.name.rpartition(".")[2]
        _move(known, act.name, bare if act.schema == "public" else f"{act.schema}.{bare}")


def _owned(known: Known, table: Table) -> Table:
    """The relation as this Known may write it."""
    return known.own(table.name) or table
