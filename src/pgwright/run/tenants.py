"""An env.py that loops over tenants: a schema and a version table each, and each of them a run of its own.

On the shadow the proof recorded the same revision for two tenants or more. Where their messages differ, token by token, stands
the tenant's name; so any other tenant's messages can be written, and what is the same word by chance is left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

import postgast

from pgwright.design.source import quoted
from pgwright.run import form
from pgwright.run.planned import VERSION_WRITE, Known
from pgwright.run.refusals import NotPerTenant
from pgwright.run.session import Session
from pgwright.run.unit import RunStep, Unit
from pgwright.schema.model import Schema
from pgwright.step import Lock, Observed

PATH = re.compile(r"\s*SET\s+(?:LOCAL\s+|SESSION\s+)?search_path\s*(?:=|TO)\s*(?P<name>\"[^\"]+\"|'[^']+'|\w+)", re.I)
NAME, WORD = "\1", "\2"  # places of the tenant in a pattern: an identifier, or inside of a string
STRING = 261  # SCONST
Sections = dict[str, tuple[Observed, ...]]


@dataclass(frozen=True, slots=True)
class Loop:
    """The tenants that the shadow had; the first is the pattern for all others."""

    names: tuple[str, ...]
    table: str  # the version table's name, without its schema

    @property
    def first(self) -> str:
        return self.names[0]


def sections(messages: Sequence[Observed]) -> Sections:
    """The messages of each tenant: up to and including its version write."""
    found: dict[str, list[Observed]] = {}
    current: list[Observed] = []
    path = ""
    for message in messages:
        if message.line is None and form.kind(message.message) == "session" and not PATH.match(message.message):
            continue  # what a driver sets for itself, for one connection and not for the next
        current.append(message)
        if match := PATH.match(message.message):
            path = match["name"].strip("\"'")
        written = VERSION_WRITE.match(message.message) if message.line is None else None
        if written is not None:
            schema = written["table"].rpartition(".")[0].strip('"')
            found.setdefault(schema or path, []).extend(current)
            current = []
    return {tenant: tuple(part) for tenant, part in found.items() if tenant}


def loop(known: Known) -> Loop | None:
    """The loop of this project, as its proofs recorded it; None where there is one version table."""
    for proof in known.proofs.values():
        found = sections(proof.messages_up)
        if len(found) > 1:
            written = next(w for m in proof.messages_up if m.line is None and (w := VERSION_WRITE.match(m.message)))
            return Loop(tuple(found), written["table"].rpartition(".")[2].strip('"'))
    return None


def present(session: Session, found: Loop) -> tuple[str, ...]:
    """The tenants that the target has: every schema with such a version table."""
    return tuple(name for (name,) in session.look("tenants", table=found.table))


def known_for(known: Known, found: Loop, tenant: str) -> tuple[Known, dict[str, NotPerTenant]]:
    """The same history, with the proofs' messages as they would be for that tenant; and which could not be written, and why."""
    proofs, refused = {}, {}
    for name, proof in known.proofs.items():
        fills = (known.history.by_id[name].literal or {}).get("phase") == "backfill" if name in known.history.by_id else False
        ways = (proof.messages_up, proof.messages_down)
        # batches follow the rows of each tenant; what stays is the frame, and the runner's own batches take their place
        sent = [tuple(m for m in way if m.line is None) if fills else way for way in ways]
        try:
            up, down = (_written(name, way, found, tenant) for way in sent)
        except NotPerTenant as refusal:
            refused[name] = refusal
            continue
        proofs[name] = replace(proof, messages_up=up, messages_down=down)
    return replace(known, proofs=proofs), refused


def _written(revision: str, sent: Sequence[Observed], found: Loop, tenant: str) -> tuple[Observed, ...]:
    parts = sections(sent)
    if not sent:
        return ()
    if set(parts) != set(found.names):
        raise NotPerTenant(revision=revision, why="it does not do the same for every tenant of the shadow")
    first, others = parts[found.first], [parts[name] for name in found.names[1:]]
    if any(len(other) != len(first) for other in others):
        raise NotPerTenant(revision=revision, why="it sends more to one tenant than to another")
    out = []
    for at, message in enumerate(first):
        patterns = {
            pattern(message.message, found.first, other[at].message, name)
            for other, name in zip(others, found.names[1:], strict=True)
        }
        if len(patterns) != 1 or None in patterns:
            shown = " ".join(message.message.split())[:80]
            raise NotPerTenant(revision=revision, why=f"tenants get different statements: {shown}")
        [text] = patterns
        assert text is not None
        out.append(_for(message, text, found.first, tenant))
    return tuple(out)


def pattern(one: str, name: str, other: str, other_name: str) -> str | None:
    """The message with the tenant's places marked; None when the two differ in anything else."""
    left, right = _tokens(one), _tokens(other)
    if left is None or right is None or len(left) != len(right):
        return None
    out, at = [], 0
    data = one.encode()
    for (start, end, kind, text), (_, _, _, twin) in zip(left, right, strict=True):
        out.append(data[at:start].decode())
        at = end
        if text == twin:
            out.append(text)
        elif kind == STRING and text.replace(name, WORD) == twin.replace(other_name, WORD):
            out.append(text.replace(name, WORD))
        elif text.strip('"') == name and twin.strip('"') == other_name:
            out.append(NAME)
        else:
            return None
    return "".join([*out, data[at:].decode()])


def _tokens(text: str) -> list[tuple[int, int, int, str]] | None:
    data = text.encode()
    try:
        return [(t.start, t.end, t.token, data[t.start : t.end].decode()) for t in postgast.scan(text).tokens]
    except postgast.PgQueryError:
        return None


def _for(message: Observed, text: str, first: str, tenant: str) -> Observed:
    """The pattern's message for a tenant, with what was seen of it."""

    def moved(relation: str) -> str:
        return f"{tenant}.{relation.removeprefix(first + '.')}" if relation.startswith(f"{first}.") else relation

    return replace(
        message,
        message=text.replace(NAME, quoted(tenant)).replace(WORD, tenant.replace("'", "''")),
        locks=tuple(Lock(moved(lock.relation), lock.mode) for lock in message.locks),
        rewrites=tuple(map(moved, message.rewrites)),
    )


def of_tenant(units: Sequence[Unit], found: Loop, tenant: str) -> tuple[Unit, ...]:
    """The units, marked; a backfill's table gets its schema. Raises NotPerTenant for one that only env.py itself can run."""
    out = []
    for unit in units:
        if unit.kind == "whole":
            raise NotPerTenant(revision=unit.revision, why=unit.why_whole)
        literal = unit.literal
        if literal is not None and "." not in str(literal["table"]):
            literal = {**literal, "table": f"{quoted(tenant)}.{literal['table']}"}
        steps = tuple(_in_schema(step, tenant) for step in unit.steps)
        out.append(replace(unit, tenant=tenant, pattern=found.first, literal=literal, steps=steps))
    return tuple(out)


def _in_schema(step: RunStep, tenant: str) -> RunStep:
    """Batches walk the tenant's table."""
    one = step.batches
    if one is None or "." in one.table:
        return step
    return replace(step, batches=replace(one, table=f"{quoted(tenant)}.{one.table}"))


def differences(seen: Schema, tenant: str, expected: Schema, first: str) -> tuple[str, ...]:
    """What of a tenant's schema is not as the pattern's is on the shadow, by name."""
    here, there = _parts(seen, tenant), _parts(expected, first)
    names = sorted({*here, *there} - {name for name in here if here[name] == there.get(name)})
    words: Callable[[str], str] = lambda name: (  # noqa: E731
        f"{name} is missing in {tenant}" if name not in here
        else f"{name} is extra in {tenant}" if name not in there else f"{name} of {tenant} is not as proven"
    )  # fmt: skip
    return tuple(words(name) for name in names)


def fingerprint(seen: Schema, tenant: str) -> str:
    """sha256 over a tenant's part of the catalog, without its name."""
    return sha256(json.dumps(_parts(seen, tenant), sort_keys=True).encode()).hexdigest()


def _parts(schema: Schema, tenant: str) -> Mapping[str, str]:
    """{object: its properties as text}, the tenant's name left out; the version table is no part of a revision."""
    found: dict[str, dict[str, Any]] = {f"relation {r.name}": asdict(r) for r in schema.relations if r.schema == tenant}
    for thing in schema.things:
        if thing.identity.startswith(f"{tenant}."):
            found[f"{thing.kind} {thing.identity.removeprefix(tenant + '.')}"] = asdict(thing)
    # the catalog writes names with their schema: only there does the tenant's own name stand
    owned = re.compile(rf'(?<![\w"$])(\\")?{re.escape(tenant)}(\\")?(?=\.)')
    texts = {name: _text(facts) for name, facts in found.items()}
    return {name: owned.sub("$", text) for name, text in texts.items() if "version_num" not in text}


def _text(facts: Mapping[str, Any]) -> str:
    return json.dumps({k: v for k, v in facts.items() if k not in ("digested", "schema")}, sort_keys=True, default=str)
