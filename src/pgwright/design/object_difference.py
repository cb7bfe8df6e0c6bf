"""What a project declares beside its models against the database: functions, triggers, policies, views, extensions, rights.

`bare` is what the models make by themselves; what `declared` has beyond it was declared. That is compared. What is in the
database alone goes only where something of its kind is declared in its schema: who declares no function says nothing
about functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from pgwright.design import declared_code, declared_rights, routine
from pgwright.design.declared_code import short
from pgwright.design.enum_difference import Unplanned
from pgwright.design.request import Request, from_json, to_json
from pgwright.design.requests.code import DropFunction, DropTrigger, PutTrigger
from pgwright.design.requests.extension import AddExtension, DropExtension
from pgwright.design.requests.rights import DropPolicy, PutPolicy
from pgwright.design.requests.view import DropView, PutView
from pgwright.design.view import reads, standing_on_each_other
from pgwright.errors import Refusal
from pgwright.schema.model import Policy, Relation, Schema, Thing, Trigger

OTHERS = frozenset(
    {"procedure", "aggregate", "domain", "composite type", "range type", "event trigger", "schema", "statistics"}
    | {"default privileges"}
)


class Named(Protocol):
    """A part of a table."""

    @property
    def name(self) -> str:
        """Its name there."""
        ...


Part = TypeVar("Part", bound=Named)


def objects(
    database: Schema, bare: Schema, declared: Schema, *, drops: bool, kept: frozenset[str] = frozenset()
) -> Iterator[Request | Unplanned]:
    """Requests that make the database have what is declared; each one that `from_json` would refuse is Unplanned.

    Of kinds that are `kept` (function, view, trigger, grant) nothing goes.
    """
    stay = {"revoke" if kind == "grant" else f"drop_{kind}" for kind in kept}
    found = [
        *_extensions(database, declared, drops=drops),
        *_functions(database, bare, declared, drops=drops),
        *_views(database, bare, declared, drops=drops),
        *_attached(database, bare, declared, drops=drops),
        *declared_rights.rights(database, bare, declared, drops=drops),
        *_others(database, bare, declared),
    ]
    found = [one for one in found if isinstance(one, Unplanned) or one.kind not in stay]
    left = _left(database, found)
    for one in found:
        yield one if isinstance(one, Unplanned) else _needed(one, left) or _sayable(one)


def _left(database: Schema, found: Sequence[Request | Unplanned]) -> Schema:
    """The database without what the requests drop or make anew: whoever is in it still needs what it uses."""
    parts = {(r.schema, r.table, r.name) for r in found if isinstance(r, (PutTrigger, DropTrigger, PutPolicy, DropPolicy))}
    views = {(r.schema, r.view) for r in found if isinstance(r, (PutView, DropView))}

    def stays(relation: Relation, part: Trigger | Policy) -> bool:
        return (short(relation.schema), relation.name, part.name) not in parts

    return Schema(
        tuple(
            replace(
                r,
                triggers=tuple(t for t in r.triggers if stays(r, t)),
                policies=tuple(p for p in r.policies if stays(r, p)),
            )
            for r in database.relations
            if (short(r.schema), r.name) not in views
        ),
        database.things,
        database.version,
    )


def _needed(want: Request, left: Schema) -> Unplanned | None:
    """A drop that what stays does not allow."""
    users: list[str] = []
    if isinstance(want, DropFunction):
        users = [*routine.users(left, want.name), *(f"view {v.name}" for v in routine.views(left, want.name))]
    elif isinstance(want, DropView):
        gone = Relation(want.schema or "public", want.view, "view")
        users = [f"view {v.name}" for v in left.relations if reads(v, gone)]
    if not users:
        return None
    name = want.name if isinstance(want, DropFunction) else getattr(want, "view", "")
    return Unplanned(name, f"nobody declares it, and it is kept for {', '.join(users)}")


def _sayable(want: Request) -> Request | Unplanned:
    try:
        return from_json(to_json(want))
    except Refusal as refusal:
        said = to_json(want)
        return Unplanned(f"{said.get('name') or said.get('view') or said.get('table')}", str(refusal).splitlines()[0])


def _extensions(database: Schema, declared: Schema, *, drops: bool) -> Iterator[Request | Unplanned]:
    there = {t.identity: t for t in database.of_kind("extension")}
    here = {t.identity: t for t in declared.of_kind("extension")}
    for name, thing in here.items():
        if name not in there:
            yield AddExtension(name, short(thing["schema"] or "public"))
        elif thing["schema"] != there[name]["schema"]:
            yield Unplanned(name, f"an extension in schema {there[name]['schema']} -> {thing['schema']}")
    if drops:
        yield from (DropExtension(name) for name in there if name not in here)


def _functions(database: Schema, bare: Schema, declared: Schema, *, drops: bool) -> Iterator[Request | Unplanned]:
    there, base, here = (_signed(side) for side in (database, bare, declared))
    stated = {name: thing for name, thing in here.items() if thing != base.get(name)}
    for name, thing in stated.items():
        old = there.get(name)
        if old is None or old["definition"] != thing["definition"]:
            yield declared_code.function(thing)
        for what in ("comment", "grants"):
            if thing[what] != (old[what] if old else None):
                yield Unplanned(thing.identity, f"{what} of a function: {thing[what] or 'none'}")
    schemas = {declared_code.named(thing)[0] for thing in stated.values()}
    for name, thing in there.items():
        if drops and name not in here and declared_code.named(thing)[0] in schemas:
            yield declared_code.dropped(thing)


def _signed(side: Schema) -> dict[str, Thing]:
    return {declared_code.signature(thing): thing for thing in side.of_kind("function")}


def _views(database: Schema, bare: Schema, declared: Schema, *, drops: bool) -> Iterator[Request | Unplanned]:
    here = [r for r in declared.relations if r.definition is not None]
    stated = [r for r in here if r != bare.relation(r.qualified)]
    for view in standing_on_each_other(stated):
        old = database.relation(view.qualified)
        if old is not None and old.definition is None:
            yield Unplanned(view.qualified, f"a {view.kind}; the database has a {old.kind} of that name")
            continue
        if view.options != (old.options if old else ()):
            yield Unplanned(view.qualified, f"a view WITH ({', '.join(view.options)}): write that revision by hand")
            continue
        if old is None or (old.definition, old.kind) != (view.definition, view.kind):
            query = (view.definition or "").strip().rstrip(";")
            yield PutView(view.name, query, view.kind == "materialized view", short(view.schema))
        lost = [i.name for i in view.indexes if i.name not in {j.name for j in (old.indexes if old else ())}]
        for what in [*(f"index {name}" for name in lost), *(["comment"] if view.comment and not old else [])]:
            yield Unplanned(view.qualified, f"{what} of a new {view.kind}: write that revision by hand")
    kinds = {(r.kind, r.schema) for r in stated}
    names = {r.qualified for r in here}
    gone = [r for r in database.relations if r.definition is not None and r.qualified not in names]
    for view in reversed(standing_on_each_other(gone)):
        if drops and (view.kind, view.schema) in kinds:
            yield DropView(view.name, short(view.schema))


def _attached(database: Schema, bare: Schema, declared: Schema, *, drops: bool) -> Iterator[Request | Unplanned]:
    """Triggers and policies of the relations that are declared; partitions have those of their table."""
    relations = [r for r in declared.relations if r.partition_bound is None]
    sides = [(r, _or_empty(bare, r), _or_empty(database, r)) for r in relations]
    triggers = {here.schema for here, base, _ in sides if set(here.triggers) - set(base.triggers)}
    policies = {here.schema for here, base, _ in sides if set(here.policies) - set(base.policies)}
    for here, base, there in sides:
        for trigger in _put(here.triggers, base.triggers, there.triggers):
            yield declared_code.trigger(here, trigger)
        for policy in _put(here.policies, base.policies, there.policies):
            yield _policy(here, policy)
        if drops and here.definition is None:
            gone = _gone(here.triggers, there.triggers) if here.schema in triggers else []
            yield from (DropTrigger(here.name, name, short(here.schema)) for name in gone)
            gone = _gone(here.policies, there.policies) if here.schema in policies else []
            yield from (DropPolicy(here.name, name, short(here.schema)) for name in gone)


def _or_empty(side: Schema, like: Relation) -> Relation:
    return side.relation(like.qualified) or Relation(like.schema, like.name, like.kind)


def _put(here: Sequence[Part], base: Sequence[Part], there: Sequence[Part]) -> list[Part]:
    """Those that were declared and are not so in the database."""
    return [one for one in here if one not in base and one not in there]


def _gone(here: Sequence[Part], there: Sequence[Part]) -> list[str]:
    names = {one.name for one in here}
    return [one.name for one in there if one.name not in names]


def _policy(table: Relation, what: Policy) -> Request | Unplanned:
    if what.comment:
        return Unplanned(f"{table.qualified}.{what.name}", "a policy with a comment: write that revision by hand")
    return PutPolicy(
        table=table.name,
        name=what.name,
        command=what.command.lower(),
        roles=() if what.roles == ("public",) else what.roles,
        using=what.using,
        check=what.check,
        permissive=what.permissive,
        schema=short(table.schema),
    )


def _others(database: Schema, bare: Schema, declared: Schema) -> Iterator[Unplanned]:
    """What is declared and has no recipe."""
    base, there = ({(t.kind, t.identity): t for t in side.things} for side in (bare, database))
    for thing in declared.things:
        key = (thing.kind, thing.identity)
        if thing.kind in OTHERS and thing != base.get(key) and _said(thing) != _said(there.get(key)):
            yield Unplanned(thing.identity, f"a {thing.kind} that is declared: write that revision by hand")


def _said(thing: Thing | None) -> Thing | None:
    return thing and replace(thing, properties=tuple(p for p in thing.properties if p[0] != "owner"))
