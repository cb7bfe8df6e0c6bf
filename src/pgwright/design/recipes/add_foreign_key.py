"""Add a foreign key to a table in use.

expand    its index first (the plan asks recipes/add_index.py for it), then the constraint NOT VALID: new rows are
          checked from now on, old rows are not read. SHARE ROW EXCLUSIVE on both tables, for an instant.
enforce   VALIDATE, in a revision of its own: reads the table, readers and writers of both go on
undo      DROP CONSTRAINT; of the validation: the constraint again, NOT VALID
Source: PostgreSQL documentation, ALTER TABLE, ADD table_constraint NOT VALID; measured, 500,000 rows: no client waited.
"""

from __future__ import annotations

from pgwright.design import lookup, names, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings, Validation, key
from pgwright.design.refusals import BadField, NoKeyToReference
from pgwright.design.requests.constraint import AddForeignKey
from pgwright.design.source import qualified, quoted
from pgwright.schema.model import Constraint, Schema


def name_of(want: AddForeignKey, on: Surroundings) -> str:
    """The name given, or made of table, columns and target."""
    return want.name or names.name_for(
        "fk",
        want.table,
        want.columns,
        convention=on.style.naming_convention,
        referred=want.references,
        referred_columns=want.referenced_columns,
    )


def orphans(want: AddForeignKey) -> Validation:
    """Rows that point at nothing."""
    pairs = zip(want.columns, want.referenced_columns, strict=True)
    same = " AND ".join(f"target.{quoted(t)} = source.{quoted(c)}" for c, t in pairs)
    filled = " AND ".join(f"source.{quoted(c)} IS NOT NULL" for c in want.columns)
    target = qualified(want.references_schema, want.references)
    return Validation(
        f"rows that point at no row of {want.references}",
        f"SELECT count(*) FROM {qualified(want.schema, want.table)} AS source WHERE {filled} "
        f"AND NOT EXISTS (SELECT FROM {target} AS target WHERE {same})",
    )


def expand(want: AddForeignKey, on: Surroundings) -> tuple[Draft, ...]:
    """The constraint: NOT VALID, or whole on a table that is new."""
    name, is_new = name_of(want, on), on.is_new(want.table, want.schema)
    create = operations.create_foreign_key(on, want, name, valid=is_new)
    drop = operations.drop_constraint(on, want.table, want.schema, name, "foreignkey")
    why = (
        ""
        if is_new
        else "NOT VALID: new rows are checked from now on; rows that are there are read by the next revision."
    )
    return (
        Draft(
            phase="expand",
            subject=f"let {want.table}.{', '.join(want.columns)} reference {want.references}",
            why=why,
            change=want.kind,
            steps=(step(create, "expand", undo=drop),),
            locks=(f"SHARE ROW EXCLUSIVE on {want.table} and {want.references} for an instant",),
            validations=(orphans(want),) if is_new else (),
            joins="new" if is_new else "",
        ),
    )


def enforce(want: AddForeignKey, on: Surroundings) -> tuple[Draft, ...]:
    """VALIDATE."""
    if on.is_new(want.table, want.schema):
        return ()
    name = name_of(want, on)
    undo = (
        step(operations.drop_constraint(on, want.table, want.schema, name, "foreignkey"), "enforce"),
        step(operations.create_foreign_key(on, want, name, valid=False), "enforce"),
    )
    return (
        Draft(
            phase="enforce",
            subject=f"validate that {want.table}.{', '.join(want.columns)} references {want.references}",
            why="Reads the rows that were there before; it fails, and changes nothing, when one is orphaned.",
            change=want.kind,
            steps=(step(operations.validate(on, want.table, want.schema, name), "enforce", undo=undo),),
            locks=(
                f"SHARE UPDATE EXCLUSIVE on {want.table}, ROW SHARE on {want.references}; readers and writers go on",
            ),
            validations=(orphans(want),),
        ),
    )


def check(want: AddForeignKey, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    table = lookup.table_of(want, on)
    for name in want.columns:
        lookup.column(table, name)
    target = lookup.table(want.references, want.references_schema, on)
    for name in want.referenced_columns:
        lookup.column(target, name)
    wanted, primary = set(want.referenced_columns), ", ".join(target.primary_key) or "it has none"
    whole = (i.keys for i in target.indexes if i.unique and i.valid and i.predicate is None and not i.has_expressions)
    constrained = (c.columns for c in target.constraints if c.kind in ("primary key", "unique"))
    if not wanted or not any(set(keys) == wanted for keys in [*whole, *constrained]):
        raise NoKeyToReference(table=want.references, columns=", ".join(want.referenced_columns), key=primary)
    if len(want.columns) != len(want.referenced_columns):
        problem = f"must name as many columns as columns does ({len(want.columns)})"
        raise BadField(kind=want.kind, field="referenced_columns", problem=problem, known="referenced_columns")
    lookup.is_free(table, name_of(want, on), on, index=False)


def after(want: AddForeignKey, on: Surroundings) -> Schema:
    """The schema once it is done."""
    target = key(want.references, want.references_schema)
    name = name_of(want, on)
    return lookup.constrained(on, want, Constraint(name, "foreign key", "", want.columns, references=target))
