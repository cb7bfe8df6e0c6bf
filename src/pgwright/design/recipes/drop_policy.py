"""Drop a row-level security policy.

contract  after the new code is out: DROP POLICY, ACCESS EXCLUSIVE for an instant. With row security enabled and no other
          policy left, nobody but the owner sees a row.
undo      the policy as it was
Source: PostgreSQL documentation, DROP POLICY; Row Security Policies, "default deny".
"""

from __future__ import annotations

from dataclasses import replace

from pgwright.design import lookup, rights
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.refusals import UnknownObject
from pgwright.design.requests.rights import DropPolicy
from pgwright.design.source import execute
from pgwright.schema.model import Policy, Schema


def _old(want: DropPolicy, on: Surroundings) -> Policy:
    table = on.table(want.table, want.schema)
    found = next((p for p in table.policies if p.name == want.name), None)
    if found is None:
        hint = lookup.near(want.name, (p.name for p in table.policies))
        raise UnknownObject(what="policy", name=f"{want.table}.{want.name}", hint=hint)
    return found


def check(want: DropPolicy, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    _old(want, on)


def contract(want: DropPolicy, on: Surroundings) -> tuple[Draft, ...]:
    """DROP POLICY."""
    table = on.table(want.table, want.schema)
    undo = tuple(step(execute(sql), "contract") for sql in rights.create_policy(table, _old(want, on)))
    last = table.row_security and len(table.policies) == 1
    return (
        Draft(
            phase="contract",
            subject=f"drop policy {want.name} of {want.table}",
            why="Only the catalog changes.",
            change=want.kind,
            steps=(step(execute(rights.drop_policy(table, want.name)), "contract", undo=undo),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} for an instant",),
            notes=("It is the last one: with row security enabled nobody but the owner sees a row.",) if last else (),
        ),
    )


def after(want: DropPolicy, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    return lookup.put(on.database, replace(table, policies=tuple(p for p in table.policies if p.name != want.name)))
