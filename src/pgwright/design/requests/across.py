"""Requests about columns that go from one table to another, and about tables that become two, one, or many partitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from pgwright.design.requests.base import Request
from pgwright.design.requests.value import Partition


@dataclass(frozen=True, slots=True)
class MoveColumn(Request):
    """A column that goes to another table, which a foreign key on unique columns joins one to one."""

    kind: ClassVar[str] = "move_column"
    table: str
    column: str
    to: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class SplitTable(Request):
    """Columns that go to a new table, with a row for each row; its key is called as here, or `key`."""

    kind: ClassVar[str] = "split_table"
    table: str
    columns: tuple[str, ...]
    to: str
    key: tuple[str, ...] = ()
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class MergeTables(Request):
    """A table whose columns go to the one that it belongs to, by a foreign key on unique columns; then it goes."""

    kind: ClassVar[str] = "merge_tables"
    table: str
    into: str
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class PartitionTable(Request):
    """A table that becomes partitioned by a column. What it holds becomes the partition `name`: of a range everything below
    `end`, of a list the rows with `values`. What no partition takes goes to the partition called `rest`.
    """

    kind: ClassVar[str] = "partition_table"
    table: str
    column: str
    name: str
    partitions: tuple[Partition, ...]
    by: str = "range"  # "range" | "list"
    end: str | None = None
    values: tuple[str, ...] = ()
    rest: str | None = None
    schema: str | None = None
