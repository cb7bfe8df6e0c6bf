"""Which approval the specialist's rules ask for, per kind of request."""

from __future__ import annotations

from collections.abc import Sequence

from pgwright.design.request import Request

ARCHITECT = {
    "create_table": "new table",
    "create_enum": "new type",
    "add_column": "column change",
    "add_foreign_key": "relationship",
    "add_unique": "constraint change",
    "add_check": "constraint change",
    "add_index": "index change",
    "alter_default": "column change",
    "set_not_null": "constraint change",
    "drop_not_null": "constraint change",
    "widen_column": "column change",
    "drop_index": "index change",
    "drop_constraint": "constraint change",
    "rename_column": "column change",
    "rename_table": "table change",
}
HUMAN = {"drop_table": "a table and its data go", "drop_column": "a column and its data go"}


def outstanding(requests: Sequence[Request]) -> str:
    """Whose approval the specs want before this is applied: a person's for lost data, else an ARCHITECT's."""
    human = sorted({HUMAN[r.kind] for r in requests if r.kind in HUMAN})
    if human:
        return f"human ({', '.join(human)})"
    return f"ARCHITECT ({', '.join(sorted({ARCHITECT.get(r.kind, 'schema change') for r in requests}))})"
