"""Row security and privileges on tables that a project declares, against the database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pgwright.design import view
from pgwright.design.declared_code import short
from pgwright.design.enum_difference import Unplanned
from pgwright.design.requests.base import Request
from pgwright.design.requests.rights import Grant, Revoke, SetRowSecurity
from pgwright.schema.model import Relation, Schema

# (role, column) -> privileges, "select*" where it may be passed on
Rights = Mapping[tuple[str, str | None], frozenset[str]]


def rights(database: Schema, bare: Schema, declared: Schema, *, drops: bool) -> Iterator[Request | Unplanned]:
    """What is declared of tables, partitions apart; what nobody declares goes as `objects` says."""
    tables = [r for r in declared.relations if r.partition_bound is None]
    secured = {r.schema for r in tables if _secured(r) != (False, False) and _secured(r) != _secured(_of(bare, r))}
    granted = {r.schema for r in tables if held(r) != held(_of(bare, r))}
    by_default = any(database.of_kind("default privileges"))  # grants that nobody has to declare
    for here in tables:
        there = database.relation(here.qualified) or Relation(here.schema, here.name, here.kind)
        is_other = here.schema in secured and here.definition is None and _secured(here) != _secured(there)
        if is_other and here.row_security:
            yield SetRowSecurity(here.name, here.row_security, here.force_row_security, short(here.schema))
        elif is_other and drops:  # that nobody declares it is not enough to open rows to everybody
            yield Unplanned(here.qualified, "row security is on there and not declared: to turn it off, ask for it")
        if here.schema in granted:
            yield from _granted(here, held(there), drops=drops and not by_default)


def _of(side: Schema, like: Relation) -> Relation | None:
    return side.relation(like.qualified)


def _secured(table: Relation | None) -> tuple[bool, bool]:
    return (table.row_security, table.force_row_security) if table else (False, False)


def held(table: Relation | None) -> Rights:
    """What each role but the owner may do."""
    found: dict[tuple[str, str | None], frozenset[str]] = {}
    for entry in table.grants if table else ():
        head, mark, rest = entry.partition(": ")
        column, acl = (head, rest) if mark and "=" not in head else (None, entry)
        match = view.ENTRY.match(acl)
        role = re.sub('""', '"', match["role"].strip('"')) or "public" if match else ""
        if match and table and role != table.owner:
            said = re.findall(r"([a-zA-Z])(\*?)", match["letters"])
            privileges = (f"{view.PRIVILEGES.get(letter, letter).lower()}{star}" for letter, star in said)
            found[role, column] = frozenset(privileges)
    return found


def _granted(table: Relation, had: Rights, *, drops: bool) -> Iterator[Request | Unplanned]:
    wanted, schema = held(table), short(table.schema)
    changes: dict[tuple[bool, str, bool, tuple[str, ...]], list[str]] = {}
    for role, column in sorted({*wanted, *had}, key=lambda key: (key[0], key[1] or "")):
        new, old = wanted.get((role, column), frozenset()), had.get((role, column), frozenset())
        if new == old:
            continue
        if table.definition is not None or any("*" in one for one in new | old):
            yield Unplanned(table.qualified, f"privileges of {role} on a view, or to pass on: write that revision by hand")
            continue
        for is_new, privileges in ((True, new - old), (False, old - new)):
            if privileges and (is_new or drops):
                key = (is_new, role, column is None, tuple(sorted(privileges)))
                changes.setdefault(key, []).extend([column] if column else [])
    for (is_new, role, _, names), columns in changes.items():
        yield (Grant if is_new else Revoke)(table.name, names, role, tuple(columns), schema)
