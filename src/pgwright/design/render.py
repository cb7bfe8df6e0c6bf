"""A draft as the text of an Alembic revision, such as a person would have written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import indent

from pgwright.design import native
from pgwright.design.draft import Draft
from pgwright.step import Step


def upgrade_body(draft: Draft) -> str:
    """The statements of upgrade(), not indented."""
    return _body(draft.steps)


def downgrade_body(draft: Draft) -> str:
    """The statements of downgrade(), the last step's way back first; a comment and `pass` where there is none."""
    undo = [back for step in reversed(draft.steps) for back in step.undo or ()]
    if undo:
        return _body(undo)
    if any(step.undo is None for step in draft.steps):
        return "# What was there before is not remembered; the values stay.\npass"
    return "# Nothing to do: what was filled in goes with the column.\npass"


def imports(draft: Draft) -> str:
    """Lines that the revision needs beside `from alembic import op` and `import sqlalchemy as sa`."""
    code = upgrade_body(draft) + downgrade_body(draft)
    lines = ["from sqlalchemy.dialects import postgresql"] if "postgresql." in code else []
    if "Native(" in code:
        lines += ["", "", native.SOURCE.rstrip()]
    return "\n".join(lines)


def _body(steps: Iterable[Step]) -> str:
    blocks: list[str] = []
    for step in steps:
        joined = _joined(blocks[-1], step.code) if blocks else None
        if joined is None:
            blocks.append(step.code)
        else:
            blocks[-1] = joined
    return "\n".join(blocks)


def _joined(block: str, code: str) -> str | None:
    """Two `with` or `if` blocks with the same head as one, or None when they are not."""
    head, _, body = code.partition("\n")
    if not head.endswith(":") or not block.startswith(head + "\n"):
        return None
    if not _is_one_block(block.split("\n")) or not _is_one_block(code.split("\n")):
        return None
    return f"{block}\n{body}"


def _is_one_block(lines: Sequence[str]) -> bool:
    return all(line.startswith("    ") for line in lines[1:])


def whole(draft: Draft, revision: str, down_revision: str | None, *, template_date: str = "") -> str:
    """A complete revision file in Alembic's default layout; projects have their own template."""
    head = [f'"""{draft.message}', "", f"Revision ID: {revision}", f"Revises: {down_revision or ''}"]
    head += [f"Create Date: {template_date}"] if template_date else []
    extra = imports(draft)
    literal = "pgwright = " + literal_source(draft)
    return "\n".join(
        (
            *head,
            '"""',
            "",
            "import sqlalchemy as sa",
            "from alembic import op",
            *([extra] if extra else []),
            "",
            f"revision = {revision!r}".replace("'", '"'),
            f"down_revision = {down_revision!r}".replace("'", '"'),
            "branch_labels = None",
            "depends_on = None",
            "",
            literal,
            "",
            "",
            "def upgrade() -> None:",
            indent(upgrade_body(draft), "    "),
            "",
            "",
            "def downgrade() -> None:",
            indent(downgrade_body(draft), "    "),
            "",
        )
    )


def literal_source(draft: Draft) -> str:
    """The literal as Python, one key a line."""
    lines = [f"    {k!r}: {v!r}," for k, v in draft.literal.items()]
    return "{\n" + "\n".join(lines) + "\n}"
