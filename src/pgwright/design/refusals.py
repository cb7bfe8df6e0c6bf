"""Every reason for which a design is refused. The docstring is the message."""

from __future__ import annotations

from pgwright.errors import Refusal


class UnknownKind(Refusal):
    """
    There is no request of kind {kind}.
    Known kinds: {known}.
    """

    code = "PW-DESIGN-01"


class BadField(Refusal):
    """
    {kind}: field {field} {problem}.
    Fields of {kind}: {known}.
    """

    code = "PW-DESIGN-02"


class BadIdentifier(Refusal):
    """
    {name} cannot be the name of a {what}: {problem}.
    PostgreSQL takes 1 to 63 bytes of UTF-8 without control characters; choose another name.
    """

    code = "PW-DESIGN-03"


class NotOneExpression(Refusal):
    """
    {text} is not one SQL expression ({problem}).
    Give a single expression, such as now() or lower(email): no statement, no list, no comment, no semicolon.
    """

    code = "PW-DESIGN-04"


class UnknownType(Refusal):
    """
    {type} is not a type that this database has.
    {hint}
    """

    code = "PW-DESIGN-05"


class UnknownTable(Refusal):
    """
    There is no table {table} in the database.
    {hint}
    """

    code = "PW-DESIGN-06"


class UnknownColumn(Refusal):
    """
    Table {table} has no column {column}.
    {hint}
    """

    code = "PW-DESIGN-07"


class AlreadyThere(Refusal):
    """
    {what} {name} is there already.
    Nothing has to be done, or another name is needed.
    """

    code = "PW-DESIGN-08"


class UnknownObject(Refusal):
    """
    There is no {what} {name}.
    {hint}
    """

    code = "PW-DESIGN-09"


class NoKeyToReference(Refusal):
    """
    {table} ({columns}) cannot be referenced: no primary key or unique constraint covers exactly these columns.
    Add a unique constraint there first, or reference its primary key ({key}).
    """

    code = "PW-DESIGN-10"


class NotAWidening(Refusal):
    """
    {table}.{column} from {old} to {new} is not a change that PostgreSQL can do without reading or rewriting the table.
    Widening varchar(n) to a larger varchar or to text is instant; any other type needs a new column, a fill, a switch.
    """

    code = "PW-DESIGN-11"


class StillNeeded(Refusal):
    """
    {what} {name} cannot be dropped: {dependents} still need it.
    Ask for those to be dropped in the same change, or before it.
    """

    code = "PW-DESIGN-12"


class NothingToFill(Refusal):
    """
    {table}.{column} is to be NOT NULL, but nothing says what the rows that are there get.
    Give a default (instant), an expression, or fill / using for the existing rows.
    """

    code = "PW-DESIGN-13"


class UnsafeShortcut(Refusal):
    """
    {what}
    {hint}
    """

    code = "PW-DESIGN-14"


class RevisionIdTooLong(Refusal):
    """
    Revision id {revision} has {length} characters; {limit} fit ({why}).
    Choose a shorter subject, or widen alembic_version.version_num first.
    """

    code = "PW-DESIGN-15"


class Unrenderable(Refusal):
    """
    The code designed for {what} does not do what was planned ({problem}).
    This is a fault of pgwright: please report it with the request.
    """

    code = "PW-DESIGN-16"


class NoSuchClass(Refusal):
    """
    No mapped class {name} was found in {where}.
    Classes there: {known}.
    """

    code = "PW-DESIGN-17"


class CannotTakeApart(Refusal):
    """
    {statement} has no place in a recipe: {why}.
    The revision is applied as it is; to have it taken apart, write this part another way, or in a revision of its own.
    """

    code = "PW-DESIGN-18"


class NoOneToOneKey(Refusal):
    """
    {table} and {other} are not one to one: {problem}.
    Exactly one foreign key between them has to stand on columns that are unique; add that first.
    """

    code = "PW-DESIGN-19"


class CannotPartition(Refusal):
    """
    {table} cannot become partitioned by {column}: {why}.
    {hint}
    """

    code = "PW-DESIGN-20"
