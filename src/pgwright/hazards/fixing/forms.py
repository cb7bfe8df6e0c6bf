"""The corrected form of a call, by the rule that found it: lines of Python with `{call}` where the call itself goes.

Each form ends in the same catalog as the call did and takes its scan or build out of the strong lock. What an earlier try of
the form left behind is dropped first, so that it can run again after a failure.
Source: PostgreSQL documentation, ALTER TABLE ("NOT VALID", SET NOT NULL), CREATE INDEX ("Building Indexes Concurrently").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pgwright.hazards.acts import Act, AddConstraint, CreateIndex, SetNotNull
from pgwright.hazards.names import quoted
from pgwright.hazards.reading import Command, commands

ALONE = "with {op}.get_context().autocommit_block():"
LONGEST = 63  # bytes of a name; PostgreSQL documentation, "Identifiers and Key Words"


@dataclass(frozen=True, slots=True)
class Form:
    """What takes the place of one call."""

    methods: tuple[str, ...]  # the calls that it is for: create_index of op.create_index
    lines: Callable[[tuple[Act, ...], bool], list[str] | None]  # (acts, inside an autocommit block); None: not for this one
    adds: Mapping[str, str] = field(default_factory=dict)  # keywords that the call gets
    takes: tuple[str, ...] = ()  # and loses
    only: tuple[str, ...] = ()  # the form is for calls with no other keyword than these
    inside: bool = False  # also for a call that stands in an autocommit block already


def acts_of(statement: str) -> tuple[Act, ...]:
    """The acts of the statement that a finding is about."""
    found = [one for one in commands(statement) if isinstance(one, Command)]
    return found[0].acts if len(found) == 1 else ()


def _index(acts: tuple[Act, ...], inside: bool) -> list[str] | None:
    act = next((one for one in acts if isinstance(one, CreateIndex)), None)
    if act is None or not act.index.name:
        return None
    schema = act.table.rpartition(".")[0]
    name = quoted(f"{schema}.{act.index.name}" if schema else act.index.name)
    body = [f"{{op}}.execute({f'DROP INDEX CONCURRENTLY IF EXISTS {name}'!r})", "{call}"]
    return body if inside else [ALONE, *(f"    {line}" for line in body)]


def _alone(acts: tuple[Act, ...], inside: bool) -> list[str] | None:
    return None if inside else [ALONE, "    {call}"]


def _concurrently(acts: tuple[Act, ...], inside: bool) -> list[str] | None:
    return _index(acts, inside) or _alone(acts, inside)


def _constraint(acts: tuple[Act, ...], inside: bool) -> list[str] | None:
    act = next((one for one in acts if isinstance(one, AddConstraint)), None)
    if act is None or not act.constraint.name or inside:
        return None
    table, name = quoted(act.table), quoted(act.constraint.name)
    again = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}"
    validate = f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"
    return [f"{{op}}.execute({again!r})", "{call}", ALONE, f"    {{op}}.execute({validate!r})"]


def _unique(acts: tuple[Act, ...], inside: bool) -> list[str] | None:
    act = next((one for one in acts if isinstance(one, AddConstraint)), None)
    if act is None or inside:
        return None
    one = act.constraint
    if not one.name or one.deferrable or one.nulls_not_distinct or not one.columns:
        return None
    schema = act.table.rpartition(".")[0]
    name, keys = quoted(one.name), ", ".join(quoted(key) for key in one.columns)
    there = f"{quoted(schema)}.{name}" if schema else name
    return [
        ALONE,
        f"    {{op}}.execute({f'DROP INDEX CONCURRENTLY IF EXISTS {there}'!r})",
        f"    {{op}}.execute({f'CREATE UNIQUE INDEX CONCURRENTLY {name} ON {quoted(act.table)} ({keys})'!r})",
        f"{{op}}.execute({f'ALTER TABLE {quoted(act.table)} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}'!r})",
    ]


def _not_null(acts: tuple[Act, ...], inside: bool) -> list[str] | None:
    act = next((one for one in acts if isinstance(one, SetNotNull)), None)
    if act is None or inside or len(acts) != 1:
        return None
    table = quoted(act.table)
    proof = f"{act.table.rpartition('.')[2]}_{act.column}_not_null_proof"
    if len(proof.encode()) > LONGEST:
        return None
    name = quoted(proof)
    again = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}"
    added = f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({quoted(act.column)} IS NOT NULL) NOT VALID"
    validate = f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"
    return [
        f"{{op}}.execute({again!r})",
        f"{{op}}.execute({added!r})",
        ALONE,
        f"    {{op}}.execute({validate!r})",
        "{call}",
        f"{{op}}.execute({f'ALTER TABLE {table} DROP CONSTRAINT {name}'!r})",
    ]


CONCURRENTLY = {"postgresql_concurrently": "True"}
NOT_VALID = {"postgresql_not_valid": "True"}
NULLABLE = ("nullable", "schema", "existing_type", "existing_nullable", "existing_server_default", "existing_comment")
FORMS: Mapping[str, Form] = {
    "index-blocking": Form(("create_index",), _index, adds=CONCURRENTLY, takes=("if_not_exists",)),
    "invalid-index-kept": Form(("create_index",), _index, takes=("if_not_exists",), inside=True),
    "concurrently-in-txn": Form(("create_index", "drop_index"), _concurrently, takes=("if_not_exists",)),
    "drop-index-blocking": Form(("drop_index",), _alone, adds=CONCURRENTLY),
    "add-fk-validated": Form(("create_foreign_key",), _constraint, adds=NOT_VALID),
    "add-check-validated": Form(("create_check_constraint",), _constraint, adds=NOT_VALID),
    "add-unique-blocking": Form(("create_unique_constraint",), _unique, only=("schema",)),
    "set-not-null-scan": Form(("alter_column",), _not_null, only=NULLABLE),
    "validate-same-txn": Form(("execute",), _alone),
}
