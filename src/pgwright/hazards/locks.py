"""Which locks a statement takes on relations that stood before it, by PostgreSQL's own table.

Source: PostgreSQL documentation, "Explicit Locking", and the pages of the commands; modes were compared with what the
recorder saw on servers of majors 15 to 18.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pgwright.hazards import acts
from pgwright.hazards.acts import Act

T = TypeVar("T")
MODES = (
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)
BLOCKS_READS = frozenset({"AccessExclusiveLock"})
BLOCKS_WRITES = frozenset(MODES[4:])
WORDS = dict(
    zip(
        MODES,
        (
            "ACCESS SHARE",
            "ROW SHARE",
            "ROW EXCLUSIVE",
            "SHARE UPDATE EXCLUSIVE",
            "SHARE",
            "SHARE ROW EXCLUSIVE",
            "EXCLUSIVE",
            "ACCESS EXCLUSIVE",
        ),
        strict=True,
    )
)
AE, SRE, SUE, RE, AS, E = MODES[7], MODES[5], MODES[3], MODES[2], MODES[0], MODES[6]
# ALTER TABLE commands with a weaker lock than ACCESS EXCLUSIVE (ALTER TABLE documentation)
WEAKER = {"AT_SetStatistics": SUE, "AT_ClusterOn": SUE, "AT_DropCluster": SUE, "AT_SetRelOptions": SUE,
          "AT_ResetRelOptions": SUE, "AT_EnableTrig": SRE, "AT_DisableTrig": SRE, "AT_SetOptions": SUE,
          "AT_EnableTrigAll": SRE, "AT_DisableTrigAll": SRE, "AT_EnableTrigUser": SRE, "AT_DisableTrigUser": SRE,
          "AT_AddInherit": AE, "AT_ResetOptions": SUE}  # fmt: skip
ALTERS = (acts.DropColumn, acts.AlterType, acts.SetNotNull, acts.DropNotNull, acts.SetDefault,
          acts.SetIdentity, acts.SetGenerated, acts.DropConstraint, acts.RowSecurity, acts.Rewrite)  # fmt: skip


def strongest(found: Iterable[T], mode: Callable[[T], str]) -> T | None:
    """The one with the strongest mode."""
    return max(found, key=lambda one: MODES.index(mode(one)), default=None)


def locks(act: Act) -> Iterator[tuple[str, str]]:
    """(relation, mode) for every table-level lock that the act takes; locks on indexes and dropped views left out."""
    for reader in READERS.get(type(act), (_by_class,)):
        yield from reader(act)


def _constraints(act: Act) -> Iterator[tuple[str, str]]:
    match act:
        case acts.AddConstraint(table, constraint) if constraint.references:
            yield table, SRE
            yield constraint.references, SRE
        case acts.AddConstraint(table):
            yield table, AE
        case acts.ValidateConstraint(table):
            yield table, SUE
        case acts.AddColumn(table, column):
            yield table, AE
            yield from ((c.references, SRE) for c in column.constraints if c.references)
        case acts.CreateTable(_, columns, constraints):
            keys = (*constraints, *(c for column in columns for c in column.constraints))
            yield from ((c.references, SRE) for c in keys if c.references)


def _partitions(act: Act) -> Iterator[tuple[str, str]]:
    match act:
        case acts.CreateTable(partition_of=str(parent)):
            yield parent, AE
        case acts.AttachPartition(table, partition):
            yield table, SUE
            yield partition, AE
        case acts.DetachPartition(table, partition, concurrently):
            yield table, SUE if concurrently else AE
            yield partition, SUE if concurrently else AE


def _indexes(act: Act) -> Iterator[tuple[str, str]]:
    match act:
        case acts.CreateIndex(index, concurrently):
            yield index.table, SUE if concurrently else "ShareLock"
        case acts.Reindex("table", name, concurrently):
            yield name, SUE if concurrently else "ShareLock"
        case acts.RefreshView(view, concurrently):
            yield view, E if concurrently else AE


def _by_class(act: Act) -> Iterator[tuple[str, str]]:
    """The acts whose lock is told by their class, or nearly."""
    match act:
        case acts.AlterTable(table, what):
            yield table, WEAKER.get(what, AE)
        case acts.LockTable(table, mode):
            yield table, mode
        case acts.Drop("table" | "materialized view" | "foreign table", name) | acts.MoveSchema("table", name):
            yield name, AE
        case acts.Drop("trigger" | "policy" | "rule", table=str(table)):
            yield table, AE
        case acts.Rename("table" | "column" | "constraint", name):
            yield name, AE
        case acts.ChangeOwner("table", name) | acts.AlterPolicy(table=name):
            yield name, AE
        case acts.CreateTrigger(table=table):
            yield table, SRE
        case acts.CreatePolicy(table=table) | acts.Truncate(table=table):
            yield table, AE
        case acts.Insert(table=table) | acts.Update(table=table) | acts.Delete(table=table) | acts.Copy(table=table):
            yield table, RE
        case acts.Select(reads=reads):
            yield from ((name, AS) for name in reads)
        case _ if isinstance(act, ALTERS):
            yield act.table, AE


READERS: dict[type[Act], tuple[Callable[[Act], Iterator[tuple[str, str]]], ...]] = {
    acts.AddConstraint: (_constraints,),
    acts.ValidateConstraint: (_constraints,),
    acts.AddColumn: (_constraints,),
    acts.CreateTable: (_constraints, _partitions),
    acts.AttachPartition: (_partitions,),
    acts.DetachPartition: (_partitions,),
    acts.CreateIndex: (_indexes,),
    acts.Reindex: (_indexes,),
    acts.RefreshView: (_indexes,),
}
