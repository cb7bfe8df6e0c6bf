"""What is in a database, as plain frozen records ordered by name, never by oid or attnum.

Everything textual comes from the server's own deparsers (`format_type`, `pg_get_constraintdef`, ...), so two equal
databases give equal models. Objects of extensions, of the system and of pgwright itself are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

RelationKind = Literal["table", "partitioned table", "view", "materialized view", "foreign table"]
ConstraintKind = Literal["primary key", "unique", "foreign key", "check", "exclusion", "trigger"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `type` is format_type(); `position` its rank among live columns from 1 (never compared)."""

    name: str
    type: str
    not_null: bool = False
    default: str | None = None
    identity: str = ""  # "always" | "by default"
    generated: str = ""  # "stored" | "virtual"; the expression is in `default`
    collation: str | None = None  # only where it differs from the type's own
    storage: str | None = None  # only where it differs from the type's own
    compression: str | None = None
    comment: str | None = None
    position: int = 0
    type_kind: str = "base"  # base | enum | domain | composite | range | array
    type_oid_name: str = ""  # schema-qualified name of the type (of the element type for arrays)
    not_null_name: str | None = None  # PG 18 names NOT NULL constraints; reported, never compared semantically
    not_null_valid: bool = True  # PG 18: NOT NULL ... NOT VALID
    statistics_target: int | None = None
    options: str | None = None


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint of a relation; NOT NULL lives on the column. `definition` is pg_get_constraintdef()."""

    name: str
    kind: ConstraintKind
    definition: str
    columns: tuple[str, ...] = ()
    validated: bool = True
    enforced: bool = True
    deferrable: bool = False
    deferred: bool = False
    references: str | None = None  # schema.table of a foreign key
    referenced_columns: tuple[str, ...] = ()
    on_delete: str = ""
    on_update: str = ""
    expression: str | None = None  # of a CHECK
    index: str | None = None
    inherited: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """An index, those behind constraints included. `definition` is pg_get_indexdef()."""

    name: str
    definition: str
    method: str
    unique: bool
    valid: bool
    keys: tuple[str, ...]  # column names, or expressions as deparsed
    include: tuple[str, ...] = ()
    opclasses: tuple[str, ...] = ()  # only those that are not the default
    predicate: str | None = None
    has_expressions: bool = False
    constraint: str | None = None  # the constraint that owns it
    is_primary: bool = False
    nulls_not_distinct: bool = False
    clustered: bool = False
    replica_identity: bool = False
    tablespace: str | None = None
    comment: str | None = None
    parent: str | None = None  # the partitioned index that it is attached to


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger that a person made (no constraint-internal ones)."""

    name: str
    definition: str
    enabled: str
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A row-level security policy."""

    name: str
    command: str
    permissive: bool
    roles: tuple[str, ...]
    using: str | None
    check: str | None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rewrite rule other than the one that makes a view a view."""

    name: str
    definition: str
    enabled: str
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, partitioned table, view, materialised view or foreign table with all that hangs on it."""

    schema: str
    name: str
    kind: RelationKind
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    policies: tuple[Policy, ...] = ()
    rules: tuple[Rule, ...] = ()
    owner: str = ""
    persistence: Literal["permanent", "unlogged", "temporary"] = "permanent"
    row_security: bool = False
    force_row_security: bool = False
    partition_key: str | None = None
    partition_bound: str | None = None
    inherits: tuple[str, ...] = ()
    definition: str | None = None  # of a view
    options: tuple[str, ...] = ()
    replica_identity: str = "default"
    access_method: str | None = None
    tablespace: str | None = None
    grants: tuple[str, ...] = ()  # one "grantee=privileges/grantor" each, column grants as "column: ..."
    comment: str | None = None
    digested: list[bytes] = field(init=False, default_factory=list, repr=False, compare=False)  # kept by fingerprint

    @property
    def qualified(self) -> str:
        """`schema.name`, unquoted: an identity for people and records, never text for SQL."""
        return f"{self.schema}.{self.name}"

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((c for c in self.columns if c.name == name), None)

    def constraint(self, name: str) -> Constraint | None:
        """The constraint of that name, or None."""
        return next((c for c in self.constraints if c.name == name), None)

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Columns of the primary key, empty when there is none."""
        return next((c.columns for c in self.constraints if c.kind == "primary key"), ())


@dataclass(frozen=True, slots=True)
class Thing:
    """Any object that is not a relation: kind, identity, and its properties as sorted (name, text) pairs.

    Kinds: schema, sequence, enum, domain, composite type, range type, function, aggregate, extension, role,
    publication, subscription, event trigger, statistics, default privileges, collation, cast, operator, language,
    server, foreign-data wrapper, text search configuration. An enum's labels are one property "labels", in order, as
    a JSON array.
    """

    kind: str
    identity: str  # qualified where the kind has a schema; functions carry their argument types
    properties: tuple[tuple[str, str | None], ...] = ()
    digested: list[bytes] = field(init=False, default_factory=list, repr=False, compare=False)  # kept by fingerprint

    def __getitem__(self, name: str) -> str | None:
        return dict(self.properties).get(name)


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything in one database that a revision can change, ordered by name."""

    relations: tuple[Relation, ...] = ()
    things: tuple[Thing, ...] = ()
    version: int = 0  # server_version_num
    _by_name: dict[str, Relation] = field(default_factory=dict, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        self._by_name.update((r.qualified, r) for r in self.relations)

    def relation(self, qualified: str) -> Relation | None:
        """The relation `schema.name`, or None."""
        return self._by_name.get(qualified)

    def tables(self) -> Iterator[Relation]:
        """Ordinary and partitioned tables."""
        return (r for r in self.relations if r.kind in ("table", "partitioned table"))

    def of_kind(self, kind: str) -> Iterator[Thing]:
        """The things of one kind, in name order."""
        return (t for t in self.things if t.kind == kind)


@dataclass(frozen=True, slots=True)
class Difference:
    """One object, or one property of it, that is not the same on both sides."""

    kind: Literal["missing", "extra", "changed", "renamed"]  # missing: only in the first; extra: only in the second
    object: str  # "column", "constraint", "index", "table", "enum", "function", ...
    identity: str  # public.orders.user_id, public.orders.fk_orders_user, ...
    weight: Literal["semantic", "name", "order", "reported"]
    what: str = ""  # the property: "type", "default", "validated", ...
    before: str | None = None
    after: str | None = None

    @property
    def refutes(self) -> bool:
        """Semantic and name differences refute a round trip; order, PG 18 NOT NULL names and left extensions do not."""
        return self.weight in ("semantic", "name")
