"""Rows of `sql/relations.sql` and `sql/things.sql` to the records of `model.py`, in name order."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any

from pgwright.schema.model import Column, Constraint, Index, Policy, Relation, Rule, Thing, Trigger

Row = tuple[Any, ...]
_KINDS = {"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}
_CONSTRAINTS = {"p": "primary key", "u": "unique", "f": "foreign key", "c": "check", "x": "exclusion", "t": "trigger"}
_PERSISTENCE = {"p": "permanent", "u": "unlogged", "t": "temporary"}
_IDENTITY = {"d": "default", "n": "nothing", "f": "full", "i": "index"}
_ACTIONS = {"a": "", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
_ENABLED = {"O": "enabled", "D": "disabled", "R": "replica", "A": "always"}
_BY_NAME = attrgetter("name")
_NUMBER = 12  # where a row of `columns` has attnum

Names = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Read:
    """A relation as read, and the names in it that other objects' text may quote, by attnum or oid."""

    relation: Relation
    columns: Names
    indexes: Names
    constraints: Names


@dataclass(frozen=True, slots=True)
class Rows:
    """The five answers of `sql/relations.sql`."""

    relations: Sequence[Row]
    columns: Sequence[Row]
    constraints: Sequence[Row]
    indexes: Sequence[Row]
    hanging: Sequence[Row]


def reads(rows: Rows, known: Mapping[int, Read]) -> dict[int, Read]:
    """Every relation of `rows` by oid; `known` tells the columns of tables that are referenced but not in `rows`."""
    column = _Columns()
    columns, constraints, indexes = _grouped(rows.columns), _grouped(rows.constraints), _grouped(rows.indexes)
    hanging = _grouped(rows.hanging)
    names: dict[int, Names] = {oid: {r[_NUMBER]: r[2] for r in group} for oid, group in columns.items()}
    out = {}
    for row in rows.relations:
        oid = row[0]
        mine, held, indexed = names.get(oid, {}), constraints.get(oid, ()), indexes.get(oid, ())
        parts: dict[str, tuple[Any, ...]] = {
            "columns": column.ranked(columns.get(oid, ())),
            "constraints": _sorted(_constraint(r, mine, names.get(r[3]) or _known(known, r[3])) for r in held),
            "indexes": _sorted(_index(r, mine) for r in indexed),
            **_hanging(hanging.get(oid, ())),
        }
        relation = _relation(row, columns.get(oid, ()), parts)
        out[oid] = Read(relation, mine, {r[1]: r[4] for r in indexed}, {r[1]: r[5] for r in held})
    return out


def thing(kind: str, identity: str, properties: str) -> Thing:
    """One row of `sql/things.sql`; grants that say no more than the default are left out."""
    found: dict[str, str] = {name: text for name, text in json.loads(properties).items() if text is not None}
    default = found.pop("default acl", None)
    if "acl" in found and default is not None and _entries(found["acl"]) == _entries(default):
        del found["acl"]
    return Thing(kind, identity, tuple(sorted(found.items())))


def _entries(acl: str) -> list[str]:
    return sorted(acl.strip("{}").split(","))


def _grouped(rows: Iterable[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    return groups


def _sorted(records: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(records, key=_BY_NAME))


class _Columns(dict[Row, Column]):
    """Columns by their fields: tables repeat each other's (`id`, `created_at`), and a frozen record may be shared."""

    def __missing__(self, row: Row) -> Column:
        made = self[row] = Column(*row)
        return made

    def ranked(self, rows: Sequence[Row]) -> tuple[Column, ...]:
        """In name order; attnum is the rank where no column was dropped. The rest of the row is as `Column` has it."""
        if len(rows) != max((row[_NUMBER] for row in rows), default=0):
            ordered = enumerate(sorted(rows, key=itemgetter(_NUMBER)), 1)
            rows = [(*row[:_NUMBER], rank, *row[_NUMBER + 1 :]) for rank, row in ordered]
        return _sorted(self[row[2:]] for row in rows)


def _known(known: Mapping[int, Read], oid: int) -> Names:
    return known[oid].columns if oid in known else {}


def _relation(row: Row, columns: Sequence[Row], parts: Mapping[str, Any]) -> Relation:
    (_, schema, name, kind, owner, persistence, security, forced, key, bound, inherits, definition, options, toast,
     server, foreign, of_type, identity, method, space, acl, default_acl, comment) = row
    told = [*(options or ()), *(f"toast.{o}" for o in toast or ()), *(f"OPTIONS {o}" for o in foreign or ())]
    told += [f"SERVER {server}"] * (server is not None) + [f"OF {of_type}"] * (of_type is not None)
    return Relation(
        schema, name, _KINDS[kind],  # type: ignore[arg-type]
        **parts, owner=owner, persistence=_PERSISTENCE[persistence],  # type: ignore[arg-type]
        row_security=security, force_row_security=forced, partition_key=key, partition_bound=bound,
        inherits=tuple(inherits or ()), definition=definition, options=tuple(sorted(told)),
        replica_identity=_IDENTITY[identity], access_method=method, tablespace=space,
        grants=_grants(acl, default_acl, columns), comment=comment,
    )  # fmt: skip


def _grants(acl: list[str] | None, default: list[str] | None, columns: Sequence[Row]) -> tuple[str, ...]:
    """Grants in order; none where they say what is the default anyway, as after GRANT and REVOKE."""
    whole: list[str] = []
    if acl is not None and sorted(acl) != sorted(default or ()):
        whole = sorted(acl) or ["(none)"]
    return (*whole, *sorted(f"{r[2]}: {entry}" for r in columns if r[1] for entry in r[1]))


def _constraint(row: Row, mine: Names, theirs: Names) -> Constraint:
    (_, _, keys, _, referenced, name, kind, definition, validated, enforced, deferrable, deferred, target, on_update,
     on_delete, expression, index, inherited, comment) = row
    return Constraint(
        name, _CONSTRAINTS[kind], definition,  # type: ignore[arg-type]
        columns=tuple(mine[k] for k in keys or () if k in mine),
        validated=validated, enforced=enforced, deferrable=deferrable, deferred=deferred, references=target,
        referenced_columns=tuple(theirs[k] for k in referenced or () if k in theirs),
        on_delete=_ACTIONS.get(on_delete, ""), on_update=_ACTIONS.get(on_update, ""),
        expression=expression, index=index, inherited=inherited, comment=comment,
    )  # fmt: skip


def _index(row: Row, mine: Names) -> Index:
    (_, _, numbers, key_count, name, definition, method, unique, valid, expressions, opclasses, predicate, constraint,
     primary, nulls, clustered, identity, space, comment) = row
    keys = tuple(mine.get(k) or expressions[at] for at, k in enumerate(numbers[:key_count]))
    return Index(
        name, definition, method, unique, valid, keys,
        include=tuple(mine.get(k, "") for k in numbers[key_count:]), opclasses=tuple(opclasses or ()),
        predicate=predicate, has_expressions=expressions is not None, constraint=constraint, is_primary=primary,
        nulls_not_distinct=nulls, clustered=clustered, replica_identity=identity, tablespace=space, comment=comment,
    )  # fmt: skip


def _hanging(rows: Iterable[Row]) -> dict[str, tuple[Any, ...]]:
    triggers, policies, rules = [], [], []
    for _, kind, name, definition, word, permissive, roles, using, check, comment in rows:
        if kind == "t":
            triggers.append(Trigger(name, definition, _ENABLED[word], comment))
        elif kind == "p":
            policies.append(Policy(name, _COMMANDS[word], permissive, tuple(roles), using, check, comment))
        else:
            rules.append(Rule(name, definition, _ENABLED[word], comment))
    return {"triggers": _sorted(triggers), "policies": _sorted(policies), "rules": _sorted(rules)}
