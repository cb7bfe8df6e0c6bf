"""Give a generated column another expression.

switch    SET EXPRESSION. Of a virtual column (PostgreSQL 18): the catalog only. Of a stored one: every row is computed and
          written anew under ACCESS EXCLUSIVE, since nothing can fill a generated column in batches; choose a quiet hour,
          or take an ordinary column that a trigger keeps.
undo      the expression that is there now, by the same road
Before PostgreSQL 17 the column has to go and come again, with all that hangs on it; that is refused here.
Source: PostgreSQL documentation, ALTER TABLE, SET EXPRESSION.
"""

from __future__ import annotations

from pgwright.design import lookup
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.recipes.drop_expression import with_column
from pgwright.design.refusals import BadField, UnsafeShortcut
from pgwright.design.requests.column import SetExpression
from pgwright.design.source import execute, qualified, quoted
from pgwright.schema.model import Schema

SINCE = 17


def check(want: SetExpression, on: Surroundings) -> None:
    """Refuses what the database rules out."""
    if not lookup.column_of(want, on).generated:
        raise BadField(kind=want.kind, field="column", problem="is not a generated column", known="table, column, expression")
    if on.major < SINCE:
        raise UnsafeShortcut(
            what=f"PostgreSQL {on.major} cannot change the expression of {want.table}.{want.column}.",
            hint="Add a second column with the new expression, let the code use it, then drop the first.",
        )


def switch(want: SetExpression, on: Surroundings) -> tuple[Draft, ...]:
    """SET EXPRESSION."""
    column = lookup.column_of(want, on)
    head = f"ALTER TABLE {qualified(want.schema, want.table)} ALTER COLUMN {quoted(want.column)} SET EXPRESSION AS"
    undo = execute(f"{head} ({column.default})")
    is_stored = column.generated == "stored"
    while_what = "while every row is written anew: everybody waits" if is_stored else "for an instant"
    return (
        Draft(
            phase="switch",
            subject=f"compute {want.table}.{want.column} another way",
            why="Every row is computed and written anew: choose a quiet hour." if is_stored else "Only the catalog changes.",
            change=want.kind,
            steps=(step(execute(f"{head} ({want.expression})"), "switch", undo=undo),),
            locks=(f"ACCESS EXCLUSIVE on {want.table} {while_what}",),
        ),
    )


def after(want: SetExpression, on: Surroundings) -> Schema:
    """The schema once it is done."""
    table = on.table(want.table, want.schema)
    return lookup.put(on.database, with_column(table, want.column, default=want.expression))
