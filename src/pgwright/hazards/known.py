"""What is known of the database right before a statement: made by replaying the history, asked by the rules.

Nothing is guessed. A relation that no readable revision made is not `is_known`: it exists, it may hold rows, and none
of its columns can be told. A rule that needs such a fact hands the missing one to `found(..., unknown=...)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pgwright.hazards.acts import Column, Constraint, Expression, Index, RelationKind
from pgwright.hazards.locks import BLOCKS_READS, BLOCKS_WRITES, strongest
from pgwright.hazards.statement import Script, Statement
from pgwright.hazards.volatility import Volatility, builtin


@dataclass(frozen=True, slots=True)
class KnownIndex:
    """An index that stands; `valid` is None when a failed CONCURRENTLY build may have left it invalid."""

    index: Index
    constraint: str | None = None
    made_in: str | None = None

    @property
    def name(self) -> str:
        return self.index.name or ""


@dataclass(slots=True)
class Table:
    """A relation. `made_in` is the revision that made it, None for what stood before all that was read."""

    name: str
    kind: RelationKind = "table"
    is_known: bool = True
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, Constraint] = field(default_factory=dict)
    indexes: dict[str, KnownIndex] = field(default_factory=dict)
    made_in: str | None = None
    made_transaction: int | None = None
    is_new: bool = False  # made by the revision that is being read
    row_security: bool = False
    forced_security: bool = False
    policies: set[str] = field(default_factory=set)
    restrictive: set[str] = field(default_factory=set)  # those of them that only take rows away
    triggers: dict[str, str] = field(default_factory=dict)  # name -> function
    partition_key: tuple[str, ...] = ()
    partition_of: str | None = None
    is_default_partition: bool = False
    replica_identity: str = "default"
    reads: tuple[str, ...] = ()  # of a view
    column_refs: tuple[str, ...] = ()  # of a view: column names that its query mentions
    gives: tuple[str, ...] = ()  # of a view: its own columns, "*" and "?column?" among them
    is_temporary: bool = False

    @property
    def is_partitioned(self) -> bool:
        return bool(self.partition_key)

    @property
    def holds_rows(self) -> bool:
        """True when it stood before this revision, and so must be taken to be in use and full of rows."""
        return not self.is_new and not self.is_temporary and self.kind in ("table", "materialized view")

    def column(self, name: str) -> Column | None:
        """The column; None when it does not exist or the relation is not known."""
        return self.columns.get(name)

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Its columns, or nothing."""
        return next((one.columns for one in self.constraints.values() if one.kind == "primary key"), ())

    def proves_not_null(self, column: str) -> bool:
        """True when a validated CHECK, NOT NULL or primary key says so: SET NOT NULL skips its scan (12 and later)."""
        known = self.columns.get(column)
        if known is not None and known.not_null:
            return True
        return any(
            one.validated and one.enforced and one.kind in ("check", "not null", "primary key")
            and (column in one.expression.not_null if one.expression else column in one.columns)
            for one in self.constraints.values()
        )  # fmt: skip

    def indexed(self, *columns: str) -> bool:
        """True when some whole index (no predicate) begins with those columns, in any order."""
        return any(
            set(one.index.keys[: len(columns)]) == set(columns) and one.index.predicate is None
            for one in self.indexes.values()
        )

    def unique_on(self, *columns: str) -> bool:
        """True when a unique index covers exactly those columns."""
        return any(set(one.index.keys) == set(columns) and one.index.unique for one in self.indexes.values())

    def constraints_on(self, column: str, *kinds: str) -> Iterator[tuple[str, Constraint]]:
        """Constraints of those kinds (all kinds when none is named) that the column is part of."""
        for name, one in self.constraints.items():
            if column in one.columns and (not kinds or one.kind in kinds):
                yield name, one

    def indexes_on(self, column: str) -> Iterator[KnownIndex]:
        """Indexes that the column is part of: as key, in an expression, a predicate, or included."""
        for one in self.indexes.values():
            inside = [*one.index.keys, *one.index.include]
            for each in (*one.index.expressions, *((one.index.predicate,) if one.index.predicate else ())):
                inside += each.columns
            if column in inside:
                yield one


@dataclass(slots=True)
class Enum:
    """An enum type; `added` holds labels that a transaction of this revision added, and which."""

    labels: list[str]
    added: dict[str, int | None] = field(default_factory=dict)
    is_new: bool = False


@dataclass(slots=True)
class Function:
    """A function of the user's."""

    volatility: str
    security_definer: bool = False
    settings: tuple[str, ...] = ()
    is_new: bool = False
    body: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that the running transaction took earlier on a relation that stood before this revision."""

    table: str
    mode: str
    statement: Statement


@dataclass(slots=True)
class Known:
    """The database before a statement. Ask `table(name)`; the dictionaries hold only what was seen being made."""

    version: int = 18  # major of the server that this is for
    tables: dict[str, Table] = field(default_factory=dict)
    enums: dict[str, Enum] = field(default_factory=dict)
    domains: dict[str, bool] = field(default_factory=dict)  # name -> has a constraint
    functions: dict[str, Function] = field(default_factory=dict)
    sequences: dict[str, str] = field(default_factory=dict)  # name -> int2, int4, int8
    publications: dict[str, tuple[str, ...]] = field(default_factory=dict)  # no table named: all of them
    settings: dict[str, str | None] = field(default_factory=dict)  # SET in this session
    all_unknown: str = ""  # why nothing can be relied on: a revision that could not be read touched who knows what
    is_complete: bool = False  # the whole history was read: a relation that is not here does not exist
    revision: str | None = None
    transaction: int | None = None
    fresh: set[str] = field(default_factory=set)  # relations that the running script made
    owned: set[str] = field(default_factory=set)  # relations that no other Known shares
    held: list[Held] = field(default_factory=list)  # in the running transaction
    done: list[Statement] = field(default_factory=list)  # of this script, everything before the statement
    script: Script | None = None  # that is being played
    after_upgrade: Known | None = None  # given to `detect_revision`: the same after upgrade(), and then after downgrade()
    after_downgrade: Known | None = None

    def copy(self) -> Known:
        """The same knowledge, to be played on without touching this one; tables are shared until one of the two writes."""
        self.owned = set()
        return replace(
            self,
            tables=dict(self.tables),
            enums={name: Enum(list(one.labels), dict(one.added), one.is_new) for name, one in self.enums.items()},
            domains=dict(self.domains),
            functions={
                name: Function(one.volatility, one.security_definer, one.settings, one.is_new, one.body)
                for name, one in self.functions.items()
            },
            sequences=dict(self.sequences),
            publications=dict(self.publications),
            settings=dict(self.settings),
            fresh=set(self.fresh),
            owned=set(),
            held=list(self.held),
            done=list(self.done),
        )

    def own(self, name: str) -> Table | None:
        """The relation, to be written to: first a copy of its own when it is shared with another Known."""
        table = self.tables.get(name)
        if table is None or name in self.owned:
            return table
        self.owned.add(name)
        self.tables[name] = table = replace(
            table,
            columns=dict(table.columns),
            constraints=dict(table.constraints),
            indexes=dict(table.indexes),
            policies=set(table.policies),
            restrictive=set(table.restrictive),
            triggers=dict(table.triggers),
        )
        return table

    def put(self, table: Table) -> None:
        """A relation that was just made."""
        self.tables[table.name] = table
        self.owned.add(table.name)
        if table.is_new:
            self.fresh.add(table.name)

    def table(self, name: str) -> Table:
        """The relation of that name. One that nobody was seen making is not `is_known`."""
        found = self.tables.get(name)
        return found if found is not None else Table(name, is_known=False)

    def holds_rows(self, name: str) -> bool:
        """True when the relation stood before this revision."""
        return self.table(name).holds_rows

    def index(self, name: str) -> tuple[Table, KnownIndex] | None:
        """An index by its key (schema.name, as relations), with its table."""
        schema, _, bare = name.rpartition(".")
        for table in self.tables.values():
            if bare in table.indexes and table.name.rpartition(".")[0] == schema:
                return table, table.indexes[bare]
        return None

    def dependents(self, table: str, column: str | None = None) -> list[Table]:
        """Views that read the relation (and mention the column, or "*")."""
        return [
            one
            for one in self.tables.values()
            if one.kind in ("view", "materialized view")
            and table in one.reads
            and (column is None or column in one.column_refs or "*" in one.column_refs)
        ]

    def referencing(self, table: str) -> Iterator[tuple[Table, str, Constraint]]:
        """Foreign keys that point to the relation: the table, the constraint's name, the constraint."""
        for one in self.tables.values():
            for name, constraint in one.constraints.items():
                if constraint.kind == "foreign key" and constraint.references == table:
                    yield one, name, constraint

    def is_published(self, table: str) -> bool:
        """True when some publication that was seen being made covers the table."""
        return any(not tables or table in tables for tables in self.publications.values())

    def volatility(self, expression: Expression) -> Volatility:
        """Whether the expression gives another value for every row: such a default rewrites the table."""
        answers = {self._volatility(name) for name in expression.functions}
        return "volatile" if "volatile" in answers else "unknown" if "unknown" in answers else "steady"

    def _volatility(self, name: str) -> Volatility:
        own = self.functions.get(name)
        if own is not None:
            return "volatile" if own.volatility == "volatile" else "steady"
        return builtin(name)

    def holding(self, *, reads: bool = False, table: str | None = None) -> Held | None:
        """The strongest lock held so far that blocks writers (with `reads`: readers), on that table or any."""
        wanted = BLOCKS_READS if reads else BLOCKS_WRITES
        found = [one for one in self.held if one.mode in wanted and table in (None, one.table)]
        return strongest(found, lambda one: one.mode)
