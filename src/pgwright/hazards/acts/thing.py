"""Acts on anything else in the catalog: views, types, functions, sequences, policies, privileges; and on names."""

from __future__ import annotations

from dataclasses import dataclass

from pgwright.hazards.acts.parts import Act, Expression, Type


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Drop(Act):
    """DROP of a relation, type, function, schema, extension, policy, trigger, ... : `kind` in lower-case words."""

    kind: str
    name: str
    cascade: bool = False
    if_exists: bool = False
    concurrently: bool = False  # of an index
    table: str | None = None  # of a trigger, policy or rule


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Rename(Act):
    """RENAME of anything: `kind` is "table", "column", "constraint", "index", "view", "type", "enum value", "schema", ..."""

    kind: str
    name: str  # of the relation (for columns and constraints too), type or schema
    old: str
    new: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MoveSchema(Act):
    kind: str
    name: str
    schema: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreateView(Act):
    view: str
    reads: tuple[str, ...]  # relations named in the query
    columns: tuple[str, ...]  # of the query, as far as they can be told by reading
    column_refs: tuple[str, ...] = ()  # column names that the query mentions; "*" among them
    replace: bool = False
    materialized: bool = False
    security_invoker: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RefreshView(Act):
    view: str
    concurrently: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreateEnum(Act):
    name: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AddEnumValue(Act):
    name: str
    value: str
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreateDomain(Act):
    name: str
    type: Type
    is_constrained: bool  # NOT NULL or a CHECK


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreateFunction(Act):
    name: str
    language: str
    volatility: str  # "immutable" | "stable" | "volatile"
    security_definer: bool = False
    settings: tuple[str, ...] = ()  # names of SET clauses, e.g. "search_path"
    replace: bool = False
    body: str = ""
    is_procedure: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AlterFunction(Act):
    """ALTER FUNCTION: what it says about SECURITY DEFINER (None: nothing), names that it SETs, whether it RESETs."""

    name: str
    security_definer: bool | None
    settings: tuple[str, ...] = ()
    resets: tuple[str, ...] = ()  # "*" for RESET ALL


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreateTrigger(Act):
    name: str
    table: str
    function: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreatePolicy(Act):
    name: str
    table: str
    permissive: bool
    command: str
    roles: tuple[str, ...]
    using: Expression | None = None
    check: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AlterPolicy(Act):
    name: str
    table: str
    roles: tuple[str, ...]
    using: Expression | None = None
    check: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RowSecurity(Act):
    """ENABLE, DISABLE, FORCE and NO FORCE ROW LEVEL SECURITY."""

    table: str
    enabled: bool | None = None
    forced: bool | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Grant(Act):
    """GRANT, REVOKE and their default forms; no privileges named means ALL."""

    is_grant: bool
    privileges: tuple[str, ...]
    kind: str  # "table", "schema", "function", "role", "default", ...
    objects: tuple[str, ...]
    grantees: tuple[str, ...]  # "public" for PUBLIC
    with_grant_option: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Role(Act):
    """CREATE and ALTER ROLE, USER, GROUP. The password itself is not kept."""

    name: str
    created: bool
    options: tuple[str, ...]  # those switched on, in PostgreSQL's words: "superuser", "bypassrls", "isreplication", ...
    has_password: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ChangeOwner(Act):
    """OWNER TO of anything, and REASSIGN OWNED (kind "everything of", name the old role)."""

    kind: str
    name: str
    owner: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Sequence(Act):
    """CREATE or ALTER SEQUENCE."""

    name: str
    type: Type | None
    created: bool
    owned_by: tuple[str, str] | None = None  # table, column


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreatePublication(Act):
    """CREATE or ALTER PUBLICATION ... ADD; no table named means all tables."""

    name: str
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreateExtension(Act):
    name: str
    if_not_exists: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreateSchema(Act):
    name: str
    if_not_exists: bool = False
