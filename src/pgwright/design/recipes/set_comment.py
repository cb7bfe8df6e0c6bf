"""Another comment on a column or a table.

expand    COMMENT ON: the catalog only; SHARE UPDATE EXCLUSIVE, readers and writers go on
undo      the comment that is there now
Source: PostgreSQL documentation, COMMENT.
"""

from __future__ import annotations

from pgwright.design import lookup, operations
from pgwright.design.compiled import step
from pgwright.design.draft import Draft, Surroundings
from pgwright.design.requests.column import SetComment
from pgwright.design.source import call, string


def expand(want: SetComment, on: Surroundings) -> tuple[Draft, ...]:
    """COMMENT ON."""
    table = on.table(want.table, want.schema)
    old = table.comment if want.column is None else lookup.column(table, want.column).comment
    schema = string(want.schema) if want.schema else None

    def code(words: str | None) -> str:
        if want.column is not None:
            return operations.comment(on, want.table, want.schema, want.column, words)
        if words is None:
            return call("op.drop_table_comment", string(want.table), schema=schema)
        return call("op.create_table_comment", string(want.table), string(words), schema=schema)

    what = want.table if want.column is None else f"{want.table}.{want.column}"
    return (
        Draft(
            phase="expand",
            subject=f"comment on {what}" if want.comment else f"drop the comment on {what}",
            why="Only the catalog changes.",
            change=want.kind,
            steps=(step(code(want.comment), "expand", undo=code(old)),),
            joins=f"comment {want.schema or 'public'}.{want.table}",
        ),
    )
