"""What the child said, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pgwright.interpreter.recorded import Direction, Failure, Here, Refused


@dataclass(frozen=True, slots=True)
class Target:
    """The one database that a call may reach: `host` is a socket directory, or the address of a machine."""

    host: str
    port: int
    user: str
    dbname: str
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision as Alembic knows it."""

    id: str
    down_revisions: tuple[str, ...]
    depends_on: tuple[str, ...]
    labels: tuple[str, ...]
    doc: str
    file: str
    upgrade_line: int | None
    downgrade_line: int | None
    is_merge: bool
    is_base: bool
    is_branch_point: bool
    is_head: bool
    literal: dict[str, Any] | None = None  # `pgwright = {...}`, in revisions that pgwright wrote

    @property
    def validation(self) -> tuple[str, ...]:
        """The validation queries that the literal carries: each returns one row with one count that must be 0."""
        queries = (self.literal or {}).get("validate", ())
        return tuple(one for one in queries if isinstance(one, str)) if isinstance(queries, (list, tuple)) else ()


@dataclass(frozen=True, slots=True)
class Context:
    """One `configure()` of env.py. A loop over tenants makes several."""

    dialect: str
    driver: str
    version_table: str
    version_table_schema: str | None
    tables: tuple[str, ...]
    naming_conventions: tuple[str, ...]
    has_metadata: bool
    hooks: tuple[str, ...]
    flags: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Writing:
    """How the project wants its revision files: what `alembic revision` would honour."""

    directory: str
    versions: tuple[str, ...]
    file_template: str
    truncate_slug_length: int
    timezone: str | None
    sourceless: bool
    recursive: bool
    revision_environment: bool
    post_write_hooks: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The tree after env.py ran once with nothing to do. Revisions are in order, parents first."""

    revisions: tuple[Revision, ...]
    heads: tuple[str, ...]
    bases: tuple[str, ...]
    contexts: tuple[Context, ...]
    config: Writing
    connections: tuple[str, ...]  # "dialect+driver" seen connecting
    here: Here
    seconds: float
    cpu_seconds: float
    refused: tuple[Refused, ...] = ()

    @property
    def context(self) -> Context:
        """The first context; most projects have one."""
        return self.contexts[0]

    @property
    def version_table(self) -> str:
        return self.context.version_table

    @property
    def version_table_schema(self) -> str | None:
        return self.context.version_table_schema

    @property
    def naming_convention(self) -> str:
        """The naming conventions of all target metadata, as stable text."""
        return "\n".join(self.context.naming_conventions)

    @property
    def alembic(self) -> str:
        return self.here.alembic

    @property
    def sqlalchemy(self) -> str:
        return self.here.sqlalchemy

    @property
    def python(self) -> str:
        return self.here.python

    @property
    def tables(self) -> frozenset[str]:
        """Every table that any target_metadata knows."""
        return frozenset(table for one in self.contexts for table in one.tables)

    def revision(self, name: str) -> Revision:
        """Raises KeyError for a revision that is not there."""
        for one in self.revisions:
            if one.id == name:
                return one
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as SQLAlchemy handed it to the driver; `line` is None for Alembic's own."""

    sql: str
    file: str | None
    line: int | None
    autocommit: bool
    rowcount: int | None = None
    many: bool = False


@dataclass(frozen=True, slots=True)
class VersionTable:
    """One version table that the run used: its content before, and as the run left it (None when it failed)."""

    table: str
    schema: str | None
    before: tuple[str, ...]
    after: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of env.py with the steps that were asked for."""

    ok: bool
    error: Failure | None
    statements: tuple[Statement, ...]
    versions: tuple[VersionTable, ...]
    refused: tuple[Refused, ...]
    seconds: float
    cpu_seconds: float

    @property
    def heads_after(self) -> tuple[str, ...]:
        """The first version table's content as the run left it, and after a failure what it was before.

        After a failure read the table itself: with a transaction per migration, part of the run may be committed.
        """
        if not self.versions:
            return ()
        first = self.versions[0]
        return first.before if first.after is None else first.after


@dataclass(frozen=True, slots=True)
class Waiting:
    """A statement about to run outside a transaction; the session `pid` stands still until the listener returns."""

    sql: str
    pid: int
    file: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column of a mapped class, and the attribute that carries it."""

    name: str
    attribute: str
    type: str
    nullable: bool
    primary_key: bool


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship to another mapped class."""

    name: str
    target: str
    many: bool


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that the project declares with a library beside its metadata: a function, a view, a trigger, ..."""

    kind: str  # as the library calls it
    schema: str
    signature: str
    identity: str  # for people
    sql: str  # what makes it
    only_adds: bool = False  # others of its kind are not the project's to drop


@dataclass(frozen=True, slots=True)
class ModelClass:
    """A mapped class and where it is written."""

    name: str
    module: str
    file: str | None
    line: int | None
    table: str | None  # schema-qualified as SQLAlchemy's fullname
    schema: str | None
    in_metadata: bool
    columns: tuple[MappedColumn, ...]
    relationships: tuple[Relationship, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A direction of a revision as SQL text, or the reason why there is none: `reads-data`, `volatile` or `raises`."""

    revision: str
    direction: Direction
    statements: tuple[str, ...] | None
    reason: str = ""
    why: str = ""
    route: str = field(default="env.py", compare=False)  # or "plain", where env.py has no offline mode

    @property
    def sql(self) -> str | None:
        """All of it as one text."""
        return None if self.statements is None else "\n\n".join(self.statements)
