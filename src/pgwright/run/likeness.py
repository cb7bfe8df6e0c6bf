"""Is the database what the proof says: its catalog, read as the shadow would read it.

On the shadow everything belongs to its superuser; here to the role that runs. Names of roles apart, equal is equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from pgwright.gate.unguarded import before, unguarded
from pgwright.run.session import Session
from pgwright.schema.catalog import capture
from pgwright.schema.diff import describe, diff
from pgwright.schema.fingerprint import fingerprint
from pgwright.schema.model import Relation, Schema, Thing

SHADOW_ROLE = "postgres"
SHOWN = 20
MADE_ROLE = re.compile(r"\bCREATE\s+(?:ROLE|USER|GROUP)\s+\\?\"?(\w+)", re.I)
# Rebuilds what a proof saw before or after, on a shadow: asked only when something differs, to tell what.
Expected = Callable[[str, str], Schema | None]  # (revision, "before" | "after")


@dataclass(frozen=True, slots=True)
class Seen:
    """The catalog of the target, with the fingerprint that a proof would give it."""

    schema: Schema
    version_table: str

    def fingerprints(self) -> tuple[str, str]:
        """With and without the version table: an undo down to base leaves it, and a new database has none."""
        return fingerprint(self.schema), fingerprint(self.schema, ignore=self.ignored)

    @property
    def ignored(self) -> frozenset[str]:
        name = self.version_table.replace('"', "")
        return frozenset({name if "." in name else f"public.{name}"})

    def matches(self, wanted: str) -> bool:
        return wanted in self.fingerprints()


def see(session: Session, version_table: str, roles: Collection[str] = ()) -> Seen:
    """The target's catalog now. Roles belong to the whole cluster: only those that the history makes count."""
    found = capture(session.watch, once=True).schema
    things = tuple(t for t in found.things if t.kind != "role" or t.identity in roles)
    found = replace(found, things=things)
    if session.is_guarded:
        found = unguarded(found, before(session.look("former_owners")))
    return Seen(renamed(found, session.owner, SHADOW_ROLE), version_table)


def made_roles(texts: Iterable[str]) -> frozenset[str]:
    """The roles that revisions make, by their text."""
    return frozenset(name for text in texts for name in MADE_ROLE.findall(text))


def renamed(schema: Schema, role: str, other: str) -> Schema:
    """The schema as if `role` were called `other`, in owners and in access lists."""
    if role == other:
        return schema
    relations = tuple(_relation(r, role, other) for r in schema.relations)
    return replace(schema, relations=relations, things=tuple(_thing(t, role, other) for t in schema.things))


def _relation(relation: Relation, role: str, other: str) -> Relation:
    owner = other if relation.owner == role else relation.owner
    told = [_in_list(text, role, other) for text in relation.grants]
    return replace(relation, owner=owner, grants=tuple(sorted(told, key=lambda text: (": " in text, text))))


def _thing(thing: Thing, role: str, other: str) -> Thing:
    told = tuple((name, text and _property(name, text, role, other)) for name, text in thing.properties)
    who, _, rest = thing.identity.partition(" ")
    is_ours = thing.kind == "default privileges" and who == role
    return replace(thing, identity=f"{other} {rest}" if is_ours else thing.identity, properties=told)


def _property(name: str, text: str, role: str, other: str) -> str:
    if name == "owner":
        return other if text == role else text
    return ", ".join(sorted(_in_list(one, role, other) for one in text.split(", "))) if name == "grants" else text


def _in_list(text: str, role: str, other: str) -> str:
    """`{role=arwd/role,=r/role}` under another name."""
    return re.sub(rf'(^|[{{,"/ ]){re.escape(role)}(?=$|[=/,}}"])', lambda found: f"{found[1]}{other}", text)


def differences(seen: Seen, expected: Schema | None) -> tuple[str, ...]:
    """One line for each, when the expected schema could be rebuilt."""
    if expected is None:
        return ("the fingerprints differ",)
    found = [d for d in diff(expected, seen.schema, ignore=seen.ignored) if d.refutes]
    return tuple(describe(d) for d in found[:SHOWN]) or ("the fingerprints differ, in nothing that the comparison tells",)


def in_words(lines: Sequence[str]) -> tuple[int, str]:
    """(how many, as one text)."""
    word = "difference: " if len(lines) == 1 else "differences: "
    return len(lines), word + "; ".join(lines)
