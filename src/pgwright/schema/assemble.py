"""Rows of the catalog queries become the model: grouped by relation, sorted by name, repeated values shared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any

from pgwright.schema.model import Column, Constraint, Index, Policy, Relation, Rule, Thing, Trigger

Row = tuple[Any, ...]
Names = dict[int, str]  # of a relation's columns, by attnum
TypeNames = dict[Row, Row]  # (type, typmod, collation, storage) of a column -> what is said of it

_RELATIONS = {"r": "table", "p": "partitioned table", "v": "view", "m": "materialized view", "f": "foreign table"}
_CONSTRAINTS = {"p": "primary key", "u": "unique", "f": "foreign key", "c": "check", "x": "exclusion", "t": "trigger"}
_PERSISTENCE = {"p": "permanent", "u": "unlogged", "t": "temporary"}
_REPLICA_IDENTITY = {"d": "default", "n": "nothing", "f": "full", "i": "index"}
_ACTIONS = {"a": "", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}
_STORAGE = {None: None, "p": "plain", "e": "external", "m": "main", "x": "extended"}
_COMPRESSION = {None: None, "p": "pglz", "l": "lz4"}
_IDENTITY = {"": "", "a": "always", "d": "by default"}
_GENERATED = {"": "", "s": "stored", "v": "virtual"}
_ENABLED = {"O": "enabled", "D": "disabled", "R": "replica", "A": "always"}
_name = attrgetter("name")


@dataclass(frozen=True, slots=True)
class RelationRows:
    """What the relation queries returned, all of one transaction."""

    relations: Sequence[Row]
    columns: Sequence[Row]
    constraints: Sequence[Row]
    indexes: Sequence[Row]
    attachments: Sequence[Row]
    types: TypeNames


def column_names(columns: Iterable[Row]) -> dict[int, Names]:
    """The names of each relation's columns by attnum; foreign keys speak of other relations' columns that way."""
    names: dict[int, Names] = defaultdict(dict)
    for row in columns:
        names[row[0]][row[1]] = row[2]
    return dict(names)


def relations(rows: RelationRows, names: Mapping[int, Names]) -> dict[int, Relation]:
    """Relations by oid. `names` covers these relations and every one that their foreign keys refer to."""
    columns, constraints = _grouped(rows.columns), _grouped(rows.constraints)
    indexes, attachments = _grouped(rows.indexes), _grouped(rows.attachments)
    shared: dict[Row, Column] = {}
    return {
        row[0]: _relation(
            row,
            columns.get(row[0], []),
            _columns(columns.get(row[0], []), rows.types, shared),
            _constraints(constraints.get(row[0], ()), names),
            _indexes(indexes.get(row[0], ()), names.get(row[0], {})),
            _attached(attachments.get(row[0], ())),
        )
        for row in rows.relations
    }


def grants(acl: list[str] | None, usual: list[str] | None) -> tuple[str, ...]:
    """The grants, sorted; nothing where they are what an owner has anyway (GRANT and REVOKE leave that spelled out)."""
    if acl is None or (usual is not None and sorted(acl) == sorted(usual)):
        return ()
    return tuple(sorted(acl)) or ("nobody",)


def thing(row: Row) -> Thing:
    """A thing from a row of the thing queries, which all have one shape."""
    _, _, kind, identity, flat, acl, usual, owner, comment, _ = row
    given = dict(zip(flat[::2], flat[1::2], strict=True))
    given.update(owner=owner, comment=comment, grants=", ".join(grants(acl, usual)) or None)
    return Thing(kind, identity, tuple(sorted((k, v) for k, v in given.items() if v is not None)))


def _grouped(rows: Iterable[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    return groups


def _relation(
    row: Row,
    column_rows: Iterable[Row],
    columns: tuple[Column, ...],
    constraints: tuple[Constraint, ...],
    indexes: tuple[Index, ...],
    attached: tuple[tuple[Trigger, ...], tuple[Policy, ...], tuple[Rule, ...]],
) -> Relation:
    """One row of relations.sql with its parts; grants on columns follow those on the whole."""
    (_, schema, name, kind, owner, persistence, row_security, forced, replica, key, bound, inherits, definition,
     options, method, tablespace, acl, usual, comment) = row
    on_columns = [f"{c[2]}: {g}" for c in column_rows if c[-1] for g in c[-1].split("\n")]
    return Relation(
        schema, name, _RELATIONS[kind], columns, constraints, indexes, *attached, owner=owner,  # type: ignore[arg-type]
        persistence=_PERSISTENCE[persistence], row_security=row_security, force_row_security=forced,  # type: ignore[arg-type]
        partition_key=key, partition_bound=bound, inherits=tuple(inherits or ()), definition=definition,
        options=tuple(sorted(options)), replica_identity=_REPLICA_IDENTITY[replica], access_method=method,
        tablespace=tablespace, grants=grants(acl, usual) + tuple(sorted(on_columns)), comment=comment,
    )  # fmt: skip


def _columns(rows: list[Row], types: Mapping[Row, Row], shared: dict[Row, Column]) -> tuple[Column, ...]:
    """Columns in name order, their position counted over the live ones. Equal columns of many tables are one object."""
    rows.sort(key=itemgetter(1))
    columns = []
    for position, row in enumerate(rows, 1):
        key = (position, *row[2:])
        column = shared.get(key)
        if column is None:
            column = shared[key] = _column(row, position, types[row[3:7]])
        columns.append(column)
    columns.sort(key=_name)
    return tuple(columns)


def _column(row: Row, position: int, of_type: Row) -> Column:
    (_, _, name, _, _, _, _, not_null, default, identity, generated, compression, comment,
     not_null_name, not_null_valid, target, options, _) = row
    type_name, collation, storage, kind, plain_name = of_type
    return Column(
        name, type_name, not_null, default, _IDENTITY[identity], _GENERATED[generated], collation, _STORAGE[storage],
        _COMPRESSION[compression], comment, position, kind, plain_name, not_null_name, not_null_valid, target, options,
    )  # fmt: skip


def _constraints(rows: Iterable[Row], names: Mapping[int, Names]) -> tuple[Constraint, ...]:
    return tuple(sorted((_constraint(row, names) for row in rows), key=_name))


def _constraint(row: Row, names: Mapping[int, Names]) -> Constraint:
    (relation, name, kind, definition, key, validated, enforced, deferrable, deferred, referenced, references,
     referenced_key, on_delete, on_update, index, inherited, comment) = row
    own, other = names.get(relation, {}), names.get(referenced, {})
    foreign = kind == "f"
    return Constraint(
        name, _CONSTRAINTS[kind], definition, tuple([own[k] for k in key or () if k in own]), validated, enforced,  # type: ignore[arg-type]
        deferrable, deferred, references, tuple([other[k] for k in referenced_key or () if k in other]),
        _ACTIONS[on_delete] if foreign else "", _ACTIONS[on_update] if foreign else "",
        _checked(definition) if kind == "c" else None, index, inherited, comment,
    )  # fmt: skip


def _checked(definition: str) -> str:
    """The expression of a CHECK; what may follow it (NO INHERIT, NOT VALID, NOT ENFORCED) has no parenthesis."""
    return definition[len("CHECK (") : definition.rindex(")")]


def _indexes(rows: Iterable[Row], names: Names) -> tuple[Index, ...]:
    return tuple(sorted((_index(row, names) for row in rows), key=_name))


def _index(row: Row, names: Names) -> Index:
    (_, name, definition, method, unique, valid, count, attributes, keys, opclasses, predicate, constraint, primary,
     not_distinct, clustered, replica, tablespace, comment, parent) = row
    plain = tuple([names.get(k, "") for k in attributes])
    return Index(
        name, definition, method, unique, valid, tuple(keys) if keys else plain[:count], plain[count:],
        tuple(opclasses or ()), predicate, keys is not None, constraint, primary, not_distinct, clustered, replica,
        tablespace, comment, parent,
    )  # fmt: skip


def _attached(rows: Iterable[Row]) -> tuple[tuple[Trigger, ...], tuple[Policy, ...], tuple[Rule, ...]]:
    triggers, policies, rules = [], [], []
    for _, kind, name, definition, state, permissive, roles, checked, comment in rows:
        if kind == "trigger":
            triggers.append(Trigger(name, definition, _ENABLED[state], comment))
        elif kind == "policy":
            policies.append(Policy(name, _COMMANDS[state], permissive, tuple(roles), definition, checked, comment))
        else:
            rules.append(Rule(name, definition, _ENABLED[state], comment))
    return tuple(sorted(triggers, key=_name)), tuple(sorted(policies, key=_name)), tuple(sorted(rules, key=_name))
