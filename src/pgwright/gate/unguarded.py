"""The catalog of a guarded database as it would read without the guard: so that it can be compared with a proof.

The guard changes owners and access lists, never what an application sees: former owners got their rights granted, the owner
lost TRUNCATE, and the version table has a trigger. Each of these is taken back here, in the model only.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from pgwright.gate.guard import OWNER, RUNNER
from pgwright.schema.model import Relation, Schema, Thing

TRIGGER = "pgwright_version"
LETTERS = "arwdDxtXUCTcsAm"  # the order in which PostgreSQL writes privileges (documentation, table 5.1)
USUAL = {"schema": ("UC",), "sequence": ("rwU",), "function": ("X", "=X"), "aggregate": ("X", "=X")}  # acldefault()
TYPES = ("U", "=U")
ITEM = re.compile(r'(?P<grantee>"(?:[^"]|"")*"|[^=,]*)=(?P<rights>[a-zA-Z*]*)/(?P<grantor>"(?:[^"]|"")*"|[^,]+)')


@dataclass(frozen=True, slots=True)
class Before:
    """Who owned the objects, and who besides could create in which schema."""

    owners: frozenset[str] = frozenset()
    creators: tuple[tuple[str, str], ...] = ()  # schema, grantee


def before(moved: Collection[tuple[str, str, str]]) -> Before:
    """From the guard's own notes: (kind, identity, owner)."""
    creators = tuple((name.removesuffix(f" {who}"), who) for kind, name, who in moved if kind == "CREATE")
    return Before(frozenset(who for kind, _, who in moved if kind not in ("CREATE", "DATABASE")), creators)


def unguarded(schema: Schema, then: Before) -> Schema:
    """The schema without what the guard did to it; everything that was moved belongs to OWNER alone."""
    table = "arwdDxtm" if schema.version >= 170000 else "arwdDxt"
    things = tuple(_thing(one, then, table) for one in schema.things if not _is_of_former(one, then))
    return replace(
        schema, relations=tuple(_relation(one, then, table) for one in schema.relations),
        things=tuple(one for one in things if one.kind != "default privileges" or one["grants"]),
    )  # fmt: skip


def _is_of_former(one: Thing, then: Before) -> bool:
    """Defaults of a former owner: the guard copied them to OWNER, who creates now."""
    return one.kind == "default privileges" and one.identity.split(" ")[0] in then.owners


def _relation(one: Relation, then: Before, usual: str) -> Relation:
    owner = OWNER if one.owner in then.owners else one.owner
    triggers = tuple(trigger for trigger in one.triggers if trigger.name != TRIGGER)
    on_columns = tuple(text for text in one.grants if ": " in text)
    listed = _taken_back([text for text in one.grants if ": " not in text], then, emptied="D")
    grants = () if listed == [f"{OWNER}={usual}/{OWNER}"] else tuple(sorted(listed))
    return replace(one, owner=owner, triggers=triggers, grants=grants + on_columns)


def _thing(one: Thing, then: Before, table: str) -> Thing:
    told = dict(one.properties)
    if told.get("owner") in then.owners:
        told["owner"] = OWNER
    if told.get("grants"):
        of = one.identity.rpartition(" ")[2].removesuffix("s") if one.kind == "default privileges" else one.kind
        emptied = "D" if of == "table" and one.identity.startswith(f"{OWNER} tables") else ""
        listed = _taken_back((told["grants"] or "").split(", "), then, emptied=emptied)
        if one.kind == "schema":
            listed = _creating(listed, [who for name, who in then.creators if name == one.identity], told)
        own = (table,) if of == "table" else USUAL.get(of, TYPES)
        default = sorted(f"{OWNER if right[0] != '=' else ''}={right.lstrip('=')}/{OWNER}" for right in own)
        told["grants"] = None if sorted(listed) == default else ", ".join(sorted(listed)) or None
    return replace(one, properties=tuple(sorted((k, v) for k, v in told.items() if v is not None)))


def _taken_back(listed: Collection[str], then: Before, *, emptied: str) -> list[str]:
    """Without the entries that the guard added; `emptied` is the right that it took from OWNER."""
    kept = []
    for text in listed:
        found = ITEM.fullmatch(text)
        if found is None:
            kept.append(text)
            continue
        grantee, rights, grantor = (_bare(found[name]) for name in ("grantee", "rights", "grantor"))
        if grantee == OWNER and grantor == OWNER:
            kept.append(f"{OWNER}={_with(rights, emptied)}/{OWNER}")
        elif grantee not in {*then.owners, RUNNER, OWNER}:
            kept.append(text)
    return kept


def _creating(listed: list[str], creators: Collection[str], told: dict[str, str | None]) -> list[str]:
    """With the right to create that the guard took away, but for those who own the objects: OWNER has it now."""
    back = {"" if who == "PUBLIC" else who for who in creators}
    found = {text.partition("=")[0]: text for text in listed}
    for who in back & found.keys():
        grantee, _, rest = found[who].partition("=")
        rights, _, grantor = rest.partition("/")
        found[who] = f"{grantee}={_with(rights, 'C')}/{grantor}"
    return list(found.values())


def _with(rights: str, more: str) -> str:
    """The rights with one more, in PostgreSQL's order; grant options (`*`) stay with their letter."""
    options = {letter: star for letter, star in re.findall(r"([A-Za-z])(\*?)", rights)}
    options |= {letter: "" for letter in more if letter not in options}
    return "".join(letter + options[letter] for letter in LETTERS if letter in options)


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
