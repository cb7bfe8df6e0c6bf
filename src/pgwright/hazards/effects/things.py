"""What acts on views, types, functions and sequences leave behind."""

from __future__ import annotations

import re
from dataclasses import replace

from pgwright.hazards import acts
from pgwright.hazards.known import Enum, Function, Known, Table


def create_view(known: Known, act: acts.CreateView) -> None:
    known.put(
        Table(
            act.view,
            "materialized view" if act.materialized else "view",
            made_in=known.revision,
            made_transaction=known.transaction,
            is_new=act.view not in known.tables,
            reads=act.reads,
            column_refs=act.column_refs,
            gives=act.columns,
        )
    )


def enum_value(known: Known, act: acts.AddEnumValue) -> None:
    enum = known.enums.setdefault(act.name, Enum([]))
    if act.value not in enum.labels:
        enum.labels.append(act.value)
        enum.added[act.value] = known.transaction


def function(known: Known, act: acts.CreateFunction) -> None:
    is_new = act.name not in known.functions
    known.functions[act.name] = Function(act.volatility, act.security_definer, act.settings, is_new, act.body)


def alter_function(known: Known, act: acts.AlterFunction) -> None:
    old = known.functions.get(act.name)
    if old is None:
        return
    kept = () if "*" in act.resets else tuple(name for name in old.settings if name not in act.resets)
    definer = old.security_definer if act.security_definer is None else act.security_definer
    known.functions[act.name] = replace(old, security_definer=definer, settings=(*kept, *act.settings))


def sequence(known: Known, act: acts.Sequence) -> None:
    if act.created or act.type is not None:
        known.sequences[act.name] = act.type.name if act.type else "int8"


def do_block(known: Known, act: acts.DoBlock) -> None:
    """A block that may change the schema: what it leaves behind is not read, so an absence proves nothing from here on."""
    if re.search(r"\b(ALTER|CREATE|DROP|RENAME|EXECUTE)\b", act.body, re.I):
        known.is_complete = False
