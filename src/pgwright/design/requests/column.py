"""Requests about one column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgwright.design.requests.base import Request
from pgwright.design.requests.value import Value


@dataclass(frozen=True, slots=True)
class AddColumn(Request):
    """A new column. Existing rows get `fill` (a value) or `using` (an expression) where no constant default serves."""

    kind: ClassVar[str] = "add_column"
    table: str
    column: str
    type: str
    nullable: bool = True
    default: Value | None = None
    expression: str | None = None
    fill: Value | None = None
    using: str | None = None
    identity: str = ""
    generated: str = ""
    comment: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class AlterDefault(Request):
    """Another default for new rows; neither `default` nor `expression`: none at all."""

    kind: ClassVar[str] = "alter_default"
    table: str
    column: str
    default: Value | None = None
    expression: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class SetNotNull(Request):
    """A column that may no longer be NULL; rows that are get `fill` or `using`, or refuse the change."""

    kind: ClassVar[str] = "set_not_null"
    table: str
    column: str
    fill: Value | None = None
    using: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropNotNull(Request):
    """A column that may be NULL from now on."""

    kind: ClassVar[str] = "drop_not_null"
    table: str
    column: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class WidenColumn(Request):
    """varchar(n) to a larger varchar or to text."""

    kind: ClassVar[str] = "widen_column"
    table: str
    column: str
    type: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropColumn(Request):
    """A column that goes, with its indexes and constraints."""

    kind: ClassVar[str] = "drop_column"
    table: str
    column: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class RenameColumn(Request):
    """Another name for a column, through a view with both names or in a pause. Only ever by explicit request."""

    kind: ClassVar[str] = "rename_column"
    table: str
    column: str
    to: str
    way: str = "view"  # "view" | "column" | "pause"
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeType(Request):
    """Another type for a column. `using` makes the new value of the old one, `back` the old of the new."""

    kind: ClassVar[str] = "change_type"
    table: str
    column: str
    type: str
    using: str | None = None
    back: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class SetIdentity(Request):
    """A column that numbers its rows itself: of a serial one, or of one that the application numbered."""

    kind: ClassVar[str] = "set_identity"
    table: str
    column: str
    identity: str = "by default"  # "always" | "by default"
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropIdentity(Request):
    """A column that no longer numbers its rows."""

    kind: ClassVar[str] = "drop_identity"
    table: str
    column: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class SetComment(Request):
    """Another comment on a column, or without `column` on the table; None: no comment."""

    kind: ClassVar[str] = "set_comment"
    table: str
    column: str | None = None
    comment: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class FillColumn(Request):
    """Another value for the rows that are there, of those for which `where` is true."""

    kind: ClassVar[str] = "fill_column"
    table: str
    column: str
    using: str
    where: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class SetExpression(Request):
    """Another expression for a generated column."""

    kind: ClassVar[str] = "set_expression"
    table: str
    column: str
    expression: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class DropExpression(Request):
    """A stored generated column that becomes an ordinary one and keeps its values."""

    kind: ClassVar[str] = "drop_expression"
    table: str
    column: str
    schema: str | None = None
