"""Requests in an order that works: types, tables by foreign key, columns, keys, foreign keys; what goes, in reverse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from pgwright.design.draft import key
from pgwright.design.registry import RECIPES
from pgwright.design.request import Request
from pgwright.design.requests.code import PutFunction
from pgwright.design.requests.constraint import AddForeignKey, AddUnique
from pgwright.design.requests.index import AddIndex
from pgwright.design.requests.table import CreateTable
from pgwright.design.requests.value import Key
from pgwright.design.requests.view import PutView
from pgwright.schema.model import Schema

_RANK = {recipe.request: number for number, recipe in enumerate(RECIPES)}


def ordered(requests: Sequence[Request]) -> list[Request]:
    """By kind, as the registry lists them; new tables so that those pointed to come first, cycles left as given."""
    by_kind = sorted(requests, key=lambda r: _RANK[type(r)])
    creates = {key(r.table, r.schema): r for r in by_kind if isinstance(r, CreateTable)}
    graph: dict[str, set[str]] = {name: set() for name in creates}
    for want in by_kind:
        if isinstance(want, AddForeignKey) and key(want.table, want.schema) in graph:
            graph[key(want.table, want.schema)].add(key(want.references, want.references_schema))
    try:
        names = [
            n for n in TopologicalSorter({n: sorted(d - {n}) for n, d in graph.items()}).static_order() if n in creates
        ]
    except CycleError:
        names = list(creates)  # foreign keys are statements of their own, after all tables
    by_kind = _after_what_they_read(by_kind)
    tables = iter([creates[n] for n in names])
    return [next(tables) if isinstance(r, CreateTable) else r for r in by_kind]


def _after_what_they_read(requests: list[Request]) -> list[Request]:
    """Functions and views, at the places that they have, each after those whose names stand in its text."""
    texts = {n: r.query if isinstance(r, PutView) else f"{r.body} {r.returns} {' '.join(r.arguments)}"
             for n, r in enumerate(requests) if isinstance(r, (PutFunction, PutView))}  # fmt: skip
    names = {n: re.compile(rf"(?<!\w){re.escape(_name(requests[n]))}(?!\w)") for n in texts}
    graph = {n: [m for m in texts if m != n and names[m].search(text)] for n, text in texts.items()}
    try:
        turn = iter(list(TopologicalSorter(graph).static_order()))
    except CycleError:
        return requests  # bodies of plpgsql may name each other; they are looked up when they run
    return [requests[next(turn)] if n in texts else r for n, r in enumerate(requests)]


def _name(want: Request) -> str:
    return want.view if isinstance(want, PutView) else str(getattr(want, "name", ""))


def completed(requests: Sequence[Request], database: Schema) -> list[Request]:
    """Foreign keys with the columns that they reference spelled out, and with an index where there is none."""
    result: list[Request] = []
    for want in requests:
        if isinstance(want, AddForeignKey):
            want = replace(want, referenced_columns=want.referenced_columns or _primary_key(want, requests, database))
            if want.index and not _is_indexed(want, [*requests, *result], database):
                result.append(AddIndex(want.table, tuple(Key(c) for c in want.columns), schema=want.schema))
        result.append(want)
    return result


def _primary_key(want: AddForeignKey, requests: Sequence[Request], database: Schema) -> tuple[str, ...]:
    target = key(want.references, want.references_schema)
    for other in requests:
        if isinstance(other, CreateTable) and key(other.table, other.schema) == target:
            return other.primary_key
    found = database.relation(target)
    return found.primary_key if found else ()


def _is_indexed(want: AddForeignKey, requests: Sequence[Request], database: Schema) -> bool:
    """Whether an index begins with the columns, in any order."""
    here, count, wanted = key(want.table, want.schema), len(want.columns), set(want.columns)
    found = database.relation(here)
    leading: list[Sequence[str]] = [i.keys for i in found.indexes if i.valid and i.predicate is None] if found else []
    for other in requests:
        if isinstance(other, CreateTable) and key(other.table, other.schema) == here:
            leading.append(other.primary_key)
        elif isinstance(other, AddIndex) and key(other.table, other.schema) == here and other.where is None:
            leading.append([k.column for k in other.columns])
        elif isinstance(other, AddUnique) and key(other.table, other.schema) == here:
            leading.append(other.columns)
    return any(set(keys[:count]) == wanted for keys in leading)
