"""Statements that touched nothing: a DROP … IF EXISTS that skipped, an UPDATE that met no row of a filled table.

Each is the finding `no-op-statement`. It refutes in two cases only: the DROP's target is there under another name and
stays (a name that was guessed), and an UPDATE without any condition that wrote nothing although rows are there. The
clean-up of an invalid index right before that index is built is none, nor is that of a constraint right before one of its
name is added, unless another one seems to be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pgwright.interpreter import Revision
from pgwright.records import Reason
from pgwright.schema.model import Relation, Schema
from pgwright.shadow.cycle import Cycle
from pgwright.shadow.finding import Way, measured
from pgwright.step import Finding, Observed

CLEANUP = re.compile(r"\s*DROP\s+INDEX\s+(?:CONCURRENTLY\s+)?IF\s+EXISTS\s+(\S+?)\s*;?\s*$", re.I)
REPLACED = re.compile(
    r"\s*ALTER\s+TABLE\s+(?:ONLY\s+)?(?P<table>\S+)\s+DROP\s+CONSTRAINT\s+IF\s+EXISTS\s+(?P<name>\S+?)\s*;?\s*$", re.I
)
SKIPPED = re.compile(r'^(\w[\w ]*?) "([^"]+)"(?: of relation "([^"]+)")? does not exist, skipping$', re.M)
UPDATES = re.compile(r"\s*UPDATE\b", re.I)
# What people call things: "fk" in fk_orders_customer, "fkey" in orders_customer_fkey
NAMED: Mapping[str, frozenset[str]] = {
    "foreign key": frozenset({"fk", "fkey"}),
    "unique": frozenset({"uq", "uk", "uc", "unique", "key"}),
    "check": frozenset({"ck", "chk", "check"}),
    "primary key": frozenset({"pk", "pkey"}),
}
INDEX = frozenset({"ix", "idx", "index"})


def no_ops(revision: Revision, found: Cycle, filled: Mapping[str, int]) -> Iterator[Finding]:
    """A finding for each statement that touched nothing; `filled` are the rows that were there before."""
    ways: tuple[tuple[Sequence[Observed], Way], ...] = ((found.up, "upgrade"), (found.down, "downgrade"))
    for messages, way in ways:
        for at, message in enumerate(messages):
            if skipped(messages, at):
                if _makes_way(messages, at) and not _others(message, found):
                    continue
                yield _skip(revision, message, way, found)
            elif table := _met_no_row(messages, at, filled, found.before.schema):
                yield _backfill(revision, message, way, table, filled[table])


def missed(found: Cycle, filled: Mapping[str, int]) -> Iterator[Reason]:
    """Why statements of the upgrade that touched nothing refute it."""
    for at, message in enumerate(found.up):
        if skipped(found.up, at) and (others := _others(message, found)):
            told = f"the statement touched nothing, and what it seems to mean stays: {', '.join(others)}"
            cause = "the name was guessed: it is another one here, and IF EXISTS hides that"
            repair = f"drop {others[0]} by its name, without IF EXISTS"
            yield Reason(
                "no-op-statement",
                "up",
                told,
                statement=message.message,
                line=message.line,
                cause=cause,
                repair=repair,
            )
        elif (table := _met_no_row(found.up, at, filled, found.before.schema)) and not _has_condition(message):
            told = f"the UPDATE wrote none of the {filled[table]} rows of {table}, and it has no condition"
            cause = "a trigger or a rule takes the rows away"
            yield Reason("no-op-statement", "up", told, statement=message.message, line=message.line, cause=cause)


def skipped(messages: Sequence[Observed], at: int) -> bool:
    """A drop that skipped; not the clean-up of an invalid index right before that index is built."""
    message = messages[at]
    if "does not exist, skipping" not in message.notice:
        return False
    cleanup = CLEANUP.match(message.message)
    after = messages[at + 1].message if at + 1 < len(messages) else ""
    return not (cleanup and re.search(rf"CREATE\s+(UNIQUE\s+)?INDEX\b.*{re.escape(cleanup[1])}", after, re.I | re.S))


def _makes_way(messages: Sequence[Observed], at: int) -> bool:
    """True for a DROP CONSTRAINT IF EXISTS right before one of that name is added: what a second attempt needs."""
    dropped = REPLACED.match(messages[at].message)
    if dropped is None or at + 1 == len(messages):
        return False
    table, name = re.escape(dropped["table"]), re.escape(dropped["name"])
    added = rf"\s*ALTER\s+TABLE\s+(ONLY\s+)?{table}\s+ADD\s+CONSTRAINT\s+{name}\s"
    return re.match(added, messages[at + 1].message, re.I) is not None


def _others(message: Observed, found: Cycle) -> list[str]:
    """What the skipped names seem to mean: there before the revision and still there after it.

    What the upgrade drops by another statement and makes again was not missed.
    """
    if found.after is None:
        return []
    before, after = found.before.schema, found.after.schema
    dropped = {drop for each in found.up for drop in each.drops}
    out: list[str] = []
    for kind, name, relation in SKIPPED.findall(message.notice):
        still = set(_alike(after, kind, name, relation))
        out += (o for o in _alike(before, kind, name, relation) if o in still and _identity(o) not in dropped)
    return out


def _identity(told: str) -> str:
    """What `_alike` tells, as the server names it when it is dropped."""
    what, _, relation = told.partition(" of ")
    if what.startswith("constraint "):
        return f"table {what} on {relation}"
    return f"index {relation.rpartition('.')[0]}.{what[6:]}" if what.startswith("index ") else told


def _alike(schema: Schema, kind: str, name: str, relation: str) -> list[str]:
    bare = name.rpartition(".")[2]
    if kind == "constraint":
        tables = [r for r in schema.tables() if r.name == relation]
        return [f"constraint {c} of {r.qualified}" for r in tables for c in _constraints(r, bare)]
    if kind == "index":
        return [f"index {i} of {r.qualified}" for r in schema.relations for i in _indexes(r, bare)]
    if kind == "table":
        return [f"table {r.qualified}" for r in schema.tables() if r.name == bare]
    return [f"{t.kind} {t.identity}" for t in schema.things if kind == "type" and t.identity.rpartition(".")[2] == bare]


def _constraints(table: Relation, name: str) -> Iterator[str]:
    """Constraints of the kind that the name tells, on columns that the name holds."""
    words = set(name.lower().split("_"))
    for one in table.constraints:
        if words & NAMED.get(one.kind, frozenset()) and one.columns and _holds(name, one.columns, table):
            yield one.name


def _indexes(table: Relation, name: str) -> Iterator[str]:
    if not set(name.lower().split("_")) & INDEX or table.name not in name:
        return
    for one in table.indexes:
        if one.constraint is None and _holds(name, one.keys, table):
            yield one.name


def _holds(name: str, columns: Sequence[str], table: Relation) -> bool:
    """True when the name, without the table's, is made of exactly these columns and words of no column."""
    rest = name.replace(table.name, "", 1)
    named = {c.name for c in table.columns if re.search(rf"(?<![^_]){re.escape(c.name)}(?![^_])", rest)}
    longest = {c for c in named if not any(c != other and c in other for other in named)}
    return longest == set(columns)


def _met_no_row(messages: Sequence[Observed], at: int, filled: Mapping[str, int], schema: Schema) -> str | None:
    """The filled table whose rows an UPDATE all passed by. Only within a transaction are rows counted.

    The last round of a loop until nothing is left is none: the same statement wrote rows before.
    """
    message = messages[at]
    counted = message.transaction is not None and message.line is not None and not message.error
    if not counted or not UPDATES.match(message.message):
        return None
    if any(r.written for m in messages if m.message == message.message for r in m.rows):
        return None
    updated = _updated(message.message)
    names = [r.qualified for r in schema.tables() if updated in (r.name, r.qualified) and filled.get(r.qualified)]
    return names[0] if names else None


def _updated(sql: str) -> str:
    """The table of a single UPDATE, as it is written there; empty for anything else."""
    statement = _statement(sql)
    relation = statement.relation if statement is not None else None
    return "" if relation is None else ".".join(part for part in (relation.schemaname, relation.relname) if part)


def _has_condition(message: Observed) -> bool:
    statement = _statement(message.message)
    return statement is None or statement.HasField("where_clause") or bool(statement.from_clause)


def _statement(sql: str):  # type: ignore[no-untyped-def]  # postgast has no types
    import postgast

    try:
        (one,) = postgast.parse(sql).stmts
    except (postgast.PgQueryError, ValueError):
        return None
    return one.stmt.update_stmt if one.stmt.HasField("update_stmt") else None


def _skip(revision: Revision, message: Observed, way: Way, found: Cycle) -> Finding:
    others = _others(message, found) if way == "upgrade" else []
    means = f" (it seems to mean {', '.join(others)})" if others else ""
    return measured(
        revision,
        "no-op-statement",
        "PW401",
        "error" if others else "warning",
        f"the statement touched nothing{means}: {message.notice}",
        message.message,
        why="A drop that hits nothing leaves what it was meant to drop.",
        instead="Name what is there, without IF EXISTS.",
        line=message.line,
        phase=way,
    )


def _backfill(revision: Revision, message: Observed, way: Way, table: str, rows: int) -> Finding:
    return measured(
        revision,
        "no-op-statement",
        "PW401",
        "info" if _has_condition(message) else "error",
        f"the UPDATE met none of the {rows} rows of {table}",
        message.message,
        why="A backfill that meets no row leaves the column as it was. The rows here are made up: they may not fit the "
        "condition.",
        instead="See on production's rows whether the condition meets what it is meant for.",
        line=message.line,
        phase=way,
    )
