"""A row-level security policy, new or in the place of the one of that name.

expand    CREATE POLICY; one that is there is dropped in the same transaction, so no statement sees the table without it.
          ACCESS EXCLUSIVE for an instant
undo      the policy as it was, or none
A policy says nothing until row security is enabled for the table (set_row_security), and nothing to the table's owner.
Source: PostgreSQL documentation, CREATE POLICY; ALTER POLICY cannot change the command or permissive.
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, rights
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import BadField
from pgwright.design.requests.rights import PutPolicy
from pgwright.design.source import execute
from pgwright.schema.model import Policy, Schema
from pgwright.step import Step


def check(want: PutPolicy, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    lookup.table_of(want, on)
    fields = "table, name, command, roles, using, check"
    if want.using is None and want.check is None:
        raise BadField(kind=want.kind, field="using", problem="or check must be given", known=fields)
    if want.command == "insert" and want.using is not None:
        raise BadField(kind=want.kind, field="using", problem="says nothing about INSERT: give check", known=fields)
    if want.command in ("select", "delete") and want.check is not None:
        raise BadField(kind=want.kind, field="check", problem=f"says nothing about {want.command.upper()}", known=fields)


def _old(want: PutPolicy, on: Surroundings) -> Policy | None:
    return next((p for p in on.table(want.table, want.schema).policies if p.name == want.name), None)


def _new(want: PutPolicy) -> Policy:
    roles = tuple(sorted(want.roles)) or ("public",)
    return Policy(want.name, want.command, want.permissive, roles, want.using, want.check)


def expand(want: PutPolicy, on: Surroundings) -> tuple[Draft, ...]:
    """Away, if it is there, and anew."""
    table, old = on.table(want.table, want.schema), _old(want, on)
    steps: list[Step] = []
    if old is not None:
        undo = tuple(step(execute(sql), "expand") for sql in rights.create_policy(table, old))
        steps.append(step(execute(rights.drop_policy(table, want.name)), "expand", undo=undo))
    [make] = rights.create_policy(table, _new(want))
    steps.append(step(execute(make), "expand", undo=execute(rights.drop_policy(table, want.name))))
    notes = () if table.row_security else (f"Row security of {want.table} is not enabled: the policy says nothing yet.",)
    return (
        Draft(
            phase="expand",
            subject=f"{'replace' if old else 'create'} policy {want.name} of {want.table}",
            why="In one transaction: no statement sees the table without it." if old else "Only the catalog changes.",
            change=want.kind,
            steps=tuple(steps),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=notes,
        ),
    )


def after(want: PutPolicy, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    kept = [p for p in table.policies if p.name != want.name]
    return lookup.put(on.database, replace(table, policies=(*kept, _new(want))))
