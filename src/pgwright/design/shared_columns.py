"""Columns that stand in two tables and that the database itself keeps equal, while old and new code run side by side.

No CHECK can look into another table, so triggers hold the two sides together, each change carried over in the transaction that
made it, column by column, and only where it changed something. What they rely on:

- The side that is to stay (`there`) wins when a row is inserted on both; NULL counts as not given.
- Who reads the other side locks its row first: without the lock, the value of a transaction still open would be overwritten.
- A row of the side that follows the other (`made`: a new half of a split table, the rest of a merged one) is made at the end of
  the transaction, so that a release that inserts both halves itself meets no row of ours.

The functions run with the rights of their owner: the old release's role may know nothing of the other table.
That nothing was missed is counted and noted on a function (its comment), in a transaction of its own; what drops a side refuses
without the note.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pgwright.design import names, restore
from pgwright.design.conversion import has_equality
from pgwright.design.draft import Validation
from pgwright.design.source import columns_sql, qualified, quoted, sql_string
from pgwright.schema.model import Column, Relation

COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two tables, and its columns of the key."""

    table: Relation
    key: tuple[str, ...]

    @property
    def relation(self) -> str:
        """The table as SQL."""
        return qualified(restore.schema_of(self.table), self.table.name)


@dataclass(frozen=True, slots=True)
class Shared:
    """The columns, of the same name in both tables: `here` has them now, `there` is to have them."""

    here: Side
    there: Side
    columns: tuple[Column, ...]
    name: str  # that triggers and functions are called after
    made: Literal["", "here", "there"] = ""  # the side whose rows are made after the other's

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(c.name for c in self.columns)

    @property
    def schema(self) -> str | None:
        """Where the functions are."""
        return restore.schema_of(self.here.table)

    def trigger(self, role: str) -> str:
        """The name of a trigger and its function; `zz_` makes it fire after the application's own."""
        return names.fitted(f"zz_{self.name}_{role}")

    def function(self, role: str) -> str:
        """The function as SQL."""
        return f"{qualified(self.schema, self.trigger(role))}()"

    def distinct(self, column: Column, one: str, other: str) -> str:
        """The column's value differs between two rows; json is compared as text, having no equality."""
        cast = "" if has_equality(column.type) else "::text"
        return f"{one}.{quoted(column.name)}{cast} IS DISTINCT FROM {other}.{quoted(column.name)}{cast}"

    def differ(self, one: str, other: str) -> str:
        """Any of the values does."""
        return " OR ".join(self.distinct(c, one, other) for c in self.columns)

    def given(self, row: str) -> str:
        """The row has a value for any of the columns."""
        return " OR ".join(f"{row}.{quoted(n)} IS NOT NULL" for n in self.names)

    def same_row(self, one: Side, row: str, other: Side, its: str) -> str:
        """The rows belong together."""
        pairs = zip(one.key, other.key, strict=True)
        return " AND ".join(f"{row}.{quoted(a)} = {its}.{quoted(b)}" for a, b in pairs)

    def unequal(self, source: Side, target: Side, row: str, *, whole: bool = False) -> str:
        """True for a row of `source` whose values are not in `target`. `whole`: a row without values needs its half as well."""
        same = self.same_row(target, "half", source, row)
        found = f"SELECT FROM {target.relation} AS half WHERE {same}"
        rest = "" if whole else f" AND ({self.given(row)} OR EXISTS ({found}))"
        return f"NOT EXISTS ({found} AND NOT ({self.differ('half', row)})){rest}"

    @property
    def missing(self) -> str:
        """Rows whose values have not arrived, after FROM."""
        return f"{self.here.relation} AS was WHERE {self.unequal(self.here, self.there, 'was')}"

    @property
    def unfilled(self) -> Validation:
        """How many there are."""
        listed = ", ".join(self.names)
        label = f"rows of {self.here.table.name} whose {listed} is not in {self.there.table.name}"
        return Validation(label, f"SELECT count(*) FROM {self.missing}")

    @property
    def unequal_pairs(self) -> Validation:
        """Rows that have their half, with other values: what a fill can do something about."""
        pairs = f"{self.here.relation} AS was JOIN {self.there.relation} AS half"
        same = self.same_row(self.there, "half", self.here, "was")
        label = f"rows of {self.here.table.name} and {self.there.table.name} whose {', '.join(self.names)} differs"
        return Validation(label, f"SELECT count(*) FROM {pairs} ON {same} WHERE {self.differ('half', 'was')}")

    def batch(self, source: Side, target: Side, *, insert: bool, whole: bool = False) -> tuple[str, str]:
        """A statement that carries rows over, up to its WHERE condition, and the rest of it.

        The rows that are read are locked against change until the batch ends: otherwise a value that is being changed would be
        written over with the one before it, and that carried back.
        """
        listed, keys = columns_sql(self.names), columns_sql(source.key)
        head = (
            f"WITH was AS MATERIALIZED (SELECT {keys}, {listed} FROM {source.relation} AS was "
            f"WHERE {self.unequal(source, target, 'was', whole=whole)}"
        )
        if not insert:
            taken = ", ".join(f"{quoted(n)} = was.{quoted(n)}" for n in self.names)
            same = self.same_row(target, "half", source, "was")
            return head, (
                f" FOR SHARE) UPDATE {target.relation} AS half SET {taken} FROM was "
                f"WHERE {same} AND ({self.differ('half', 'was')})"
            )
        taken = ", ".join(f"{quoted(n)} = EXCLUDED.{quoted(n)}" for n in self.names)
        return head, (
            f" FOR SHARE) INSERT INTO {target.relation} AS half ({columns_sql(target.key)}, {listed}) "
            f"SELECT {keys}, {listed} FROM was ON CONFLICT ({columns_sql(target.key)}) "
            f"DO UPDATE SET {taken} WHERE {self.differ('half', 'EXCLUDED')}"
        )

    @property
    def noted(self) -> str:
        """The function that the note stands on, as SQL."""
        return self.function("there")

    @property
    def verified(self) -> str:
        """Counts, and notes on the function that nothing is missing; an error otherwise."""
        hint = f"Run the fill again. A row that has no row in {self.there.table.name} needs one first."
        return (
            f"DECLARE n bigint := (SELECT count(*) FROM {self.missing}); BEGIN IF n > 0 THEN RAISE EXCEPTION USING "
            f"MESSAGE = {sql_string(f'{self.unfilled.label}: ')} || n, HINT = {sql_string(hint)}; END IF; "
            f"COMMENT ON FUNCTION {self.noted} IS {sql_string(COMPLETE)}; END"
        )

    @property
    def guard(self) -> str:
        """An error unless that was noted."""
        noted = f"obj_description(to_regprocedure({sql_string(self.noted)}), 'pg_proc') IS DISTINCT FROM {sql_string(COMPLETE)}"
        message = sql_string(f"it was never verified that {self.there.table.name} has every value: nothing is dropped")
        return f"BEGIN IF {noted} THEN RAISE EXCEPTION USING MESSAGE = {message}; END IF; END"
