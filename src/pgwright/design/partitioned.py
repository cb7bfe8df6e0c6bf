"""A partitioned table beside the one whose place it is to take: its names, bounds and parts, as SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pgwright.design import dependents, restore, view
from pgwright.design.draft import Surroundings
from pgwright.design.names import fitted
from pgwright.design.requests.across import PartitionTable
from pgwright.design.requests.value import Partition
from pgwright.design.source import qualified, quoted, sql_string
from pgwright.schema.model import Constraint, Index, Relation

_COPIED = ("DEFAULTS", "CONSTRAINTS", "GENERATED", "STORAGE", "COMPRESSION", "COMMENTS")


@dataclass(frozen=True, slots=True)
class Partitioned:
    """All that the phases of one change share."""

    want: PartitionTable
    table: Relation

    @property
    def parent(self) -> str:
        """The partitioned table's name before the switch: none that a partition wants."""
        name, wanted = dependents.twin_name(self.table.name), {p.name for p in self.want.partitions}
        while name in wanted | {self.want.name, self.want.rest}:
            name = dependents.twin_name(name)
        return name

    @property
    def rule(self) -> str:
        """The CHECK that says that every row is within the bounds."""
        return fitted(f"ck_{self.table.name}_bounds")

    def sql(self, name: str) -> str:
        """A name in the table's schema."""
        return qualified(restore.schema_of(self.table), name)

    @property
    def keys(self) -> tuple[Constraint, ...]:
        """Primary key and unique constraints."""
        return tuple(c for c in self.table.constraints if c.kind in ("primary key", "unique"))

    @property
    def foreign_keys(self) -> tuple[Constraint, ...]:
        """Its own."""
        return tuple(c for c in self.table.constraints if c.kind == "foreign key")

    @property
    def indexes(self) -> tuple[Index, ...]:
        """Those of no constraint."""
        return tuple(i for i in self.table.indexes if i.constraint is None)

    @property
    def bound(self) -> str:
        """The rule of the CHECK; the column is NOT NULL, which is the other half of what ATTACH asks for."""
        column, want = quoted(self.want.column), self.want
        if want.by == "list":
            return f"{column} IN ({', '.join(map(sql_string, want.values))})"
        return f"{column} < {sql_string(want.end or '')}"

    @property
    def own_bounds(self) -> str:
        """Of the partition that the table becomes."""
        return bounds(Partition(self.want.name, None, self.want.end, self.want.values), self.want.by)


def bounds(one: Partition, by: str) -> str:
    """FOR VALUES ..."""
    if by == "list":
        return f"FOR VALUES IN ({', '.join(map(sql_string, one.values))})"
    start, end = (sql_string(v) if v is not None else word for v, word in ((one.start, "MINVALUE"), (one.end, "MAXVALUE")))
    return f"FOR VALUES FROM ({start}) TO ({end})"


def partitioned(want: PartitionTable, on: Surroundings) -> Partitioned:
    """What the request means for the table that is there."""
    return Partitioned(want, on.table(want.table, want.schema))


def parent_made(case: Partitioned) -> Iterator[str]:
    """The partitioned table with everything that it shares with the old one, and its new partitions: nobody uses it yet."""
    want, parent, table = case.want, case.sql(case.parent), case.sql(case.table.name)
    like = " ".join(f"INCLUDING {what}" for what in _COPIED)
    yield f"CREATE TABLE {parent} (LIKE {table} {like}) PARTITION BY {want.by.upper()} ({quoted(want.column)})"
    yield f"ALTER TABLE {parent} DROP CONSTRAINT {quoted(case.rule)}"  # the bounds of one partition, not of all
    for key in case.keys:
        name = quoted(dependents.twin_name(key.name))
        yield f"ALTER TABLE {parent} ADD CONSTRAINT {name} {key.definition}"
    for index in case.indexes:
        head, on, tail = index.definition.partition(" ON ")
        using = tail.partition(" USING ")[2]
        made = head.removesuffix(quoted(index.name)) + quoted(dependents.twin_name(index.name))
        yield f"{made}{on}{parent} USING {using}"
    for key in case.foreign_keys:
        yield f"ALTER TABLE {parent} ADD CONSTRAINT {quoted(key.name)} {key.definition}"
    if case.table.comment:
        yield f"COMMENT ON TABLE {parent} IS {sql_string(case.table.comment)}"
    for one in want.partitions:
        yield f"CREATE TABLE {case.sql(one.name)} PARTITION OF {parent} {bounds(one, want.by)}"
    if want.rest:
        yield f"CREATE TABLE {case.sql(want.rest)} PARTITION OF {parent} DEFAULT"
    # The owner has its rights by itself, and may be called otherwise where this runs.
    given = tuple(entry for entry in case.table.grants if not entry.startswith(f"{quoted(case.table.owner)}="))
    yield from view.grants(replace(case.table, name=case.parent, grants=given))


def renamed(case: Partitioned) -> Iterator[tuple[str, str]]:
    """Each rename of the switch with its way back, in order: the old names are free before the new table takes them."""
    old, new, kept = (case.sql(n) for n in (case.table.name, case.parent, case.want.name))
    for key in case.keys:
        yield _constraint(old, key.name, _kept(case, key.name))
    for index in case.indexes:
        yield _index(case, index.name, _kept(case, index.name))
    yield f"ALTER TABLE {old} RENAME TO {quoted(case.want.name)}", f"ALTER TABLE {kept} RENAME TO {quoted(case.table.name)}"
    yield f"ALTER TABLE {new} RENAME TO {quoted(case.table.name)}", f"ALTER TABLE {old} RENAME TO {quoted(case.parent)}"
    for key in case.keys:
        yield _constraint(old, dependents.twin_name(key.name), key.name)
    for index in case.indexes:
        yield _index(case, dependents.twin_name(index.name), index.name)


def _kept(case: Partitioned, name: str) -> str:
    """What an index or key of the old table is called as one of a partition."""
    return fitted(f"{name}_{case.want.name}")


def _constraint(table: str, before: str, after: str) -> tuple[str, str]:
    rename = f"ALTER TABLE {table} RENAME CONSTRAINT"
    return f"{rename} {quoted(before)} TO {quoted(after)}", f"{rename} {quoted(after)} TO {quoted(before)}"


def _index(case: Partitioned, before: str, after: str) -> tuple[str, str]:
    there = f"ALTER INDEX {case.sql(before)} RENAME TO {quoted(after)}"
    return there, f"ALTER INDEX {case.sql(after)} RENAME TO {quoted(before)}"
