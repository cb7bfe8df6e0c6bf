"""The Alembic calls that recipes are made of, as source; the project's batch style is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from textwrap import indent

from pgwright.design import column_type, default
from pgwright.design.draft import Surroundings
from pgwright.design.expression import is_call
from pgwright.design.requests.constraint import AddCheck, AddForeignKey, AddUnique
from pgwright.design.requests.index import AddIndex
from pgwright.design.requests.value import Key, NewColumn
from pgwright.design.source import autocommit, call, execute, name_of, names, nested, qualified, quoted, string, text
from pgwright.step import Step


def _schema(schema: str | None) -> str | None:
    return string(schema) if schema else None


def altered(
    on: Surroundings, table: str, schema: str | None, operation: str, *arguments: str, **named: str | None
) -> str:
    """An operation on one table: `op.x("table", ...)`, or in batch_alter_table where SQLite is run too."""
    if not on.style.batch:
        return call(f"op.{operation}", string(table), *arguments, schema=_schema(schema), **named)
    return _in_batch(table, schema, nested(f"batch_op.{operation}", *arguments, **named))


def _in_batch(table: str, schema: str | None, inner: str) -> str:
    head = call("op.batch_alter_table", string(table), schema=_schema(schema))
    return f"with {head} as batch_op:\n{indent(inner, '    ')}"


def postgresql_only(on: Surroundings, sql: str) -> str:
    """SQL that only PostgreSQL knows; guarded where the project also runs SQLite."""
    code = execute(sql)
    if not on.style.batch:
        return code
    return f'if op.get_context().dialect.name == "postgresql":\n{indent(code, "    ")}'


def for_postgresql(on: Surroundings, steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps, guarded where the project also runs SQLite: there they do nothing, up or down."""
    if not on.style.batch:
        return tuple(steps)
    return tuple(_guarded(step) for step in steps)


def _guarded(one: Step) -> Step:
    guard = 'if op.get_context().dialect.name == "postgresql":'
    code = one.code if one.code.startswith(guard) else f"{guard}\n{indent(one.code, '    ')}"
    return replace(one, code=code, undo=None if one.undo is None else tuple(_guarded(u) for u in one.undo))


def column(on: Surroundings, new: NewColumn, *, nullable: bool | None = None, with_default: bool = True) -> str:
    """`sa.Column(...)`; its comment is a statement of its own."""
    batch = on.style.batch
    arguments = [string(new.column), column_type.source(new.type, on.database, batch=batch)]
    if new.identity:
        arguments.append(f"sa.Identity(always={new.identity == 'always'})")
    server_default = None
    if new.generated and new.expression:
        arguments.append(call("sa.Computed", string(new.expression), persisted=str(new.generated == "stored")))
    elif with_default:
        server_default = default.source(new.default, new.expression, new.type, batch=batch)
    is_nullable = (new.nullable and not new.identity) if nullable is None else nullable
    return nested("sa.Column", *arguments, server_default=server_default, nullable=str(is_nullable))


def comment(on: Surroundings, table: str, schema: str | None, name: str, words: str | None) -> str:
    """The comment of a column."""
    return altered(on, table, schema, "alter_column", string(name), comment=string(words) if words else "None")


def index_key(key: Key) -> str:
    """A key of op.create_index: a column's name, or sa.text() for everything else."""
    if key.column and not (key.order or key.nulls or key.opclass):
        return string(key.column)
    if key.expression is not None:
        sql = key.expression if is_call(key.expression) else f"({key.expression})"
    else:
        sql = quoted(key.column)
    words = [sql, key.opclass and quoted(key.opclass), key.order.upper(), key.nulls and f"NULLS {key.nulls.upper()}"]
    return text(" ".join(w for w in words if w))


def create_index(want: AddIndex, name: str, *, concurrently: bool) -> str:
    """`op.create_index(...)`, in an autocommit block when concurrently."""
    write = nested if concurrently else call
    code = write(
        "op.create_index",
        name_of(name),
        string(want.table),
        f"[{', '.join(index_key(k) for k in want.columns)}]",
        unique=str(want.unique),
        schema=_schema(want.schema),
        postgresql_using=string(want.method) if want.method != "btree" else None,
        postgresql_include=names(want.include) if want.include else None,
        postgresql_where=text(want.where) if want.where else None,
        postgresql_nulls_not_distinct="True" if want.nulls_not_distinct else None,
        postgresql_concurrently="True" if concurrently else None,
    )
    return autocommit(code) if concurrently else code


def drop_index(table: str, schema: str | None, name: str, *, concurrently: bool, if_exists: bool = False) -> str:
    """`op.drop_index(...)`, in an autocommit block when concurrently."""
    write = nested if concurrently else call
    code = write(
        "op.drop_index",
        name_of(name),
        table_name=string(table),
        schema=_schema(schema),
        if_exists="True" if if_exists else None,
        postgresql_concurrently="True" if concurrently else None,
    )
    return autocommit(code) if concurrently else code


def _deferral(want: AddForeignKey | AddUnique) -> dict[str, str | None]:
    return {
        "deferrable": "True" if want.deferrable or want.deferred else None,
        "initially": string("DEFERRED") if want.deferred else None,
    }


def foreign_key_options(want: AddForeignKey) -> dict[str, str | None]:
    """What both forms of a foreign key share."""
    return {
        "ondelete": string(want.on_delete) if want.on_delete else None,
        "onupdate": string(want.on_update) if want.on_update else None,
        **_deferral(want),
    }


def create_foreign_key(on: Surroundings, want: AddForeignKey, name: str, *, valid: bool) -> str:
    """`op.create_foreign_key(...)`, NOT VALID unless `valid`."""
    tail = [string(want.references), names(want.columns), names(want.referenced_columns)]
    options = {**foreign_key_options(want), "postgresql_not_valid": None if valid else "True"}
    target = _schema(want.references_schema)
    if on.style.batch:
        inner = nested("batch_op.create_foreign_key", name_of(name), *tail, referent_schema=target, **options)
        return _in_batch(want.table, want.schema, inner)
    head = (name_of(name), string(want.table))
    return call(
        "op.create_foreign_key", *head, *tail, source_schema=_schema(want.schema), referent_schema=target, **options
    )


def create_unique(on: Surroundings, want: AddUnique, name: str) -> str:
    """`op.create_unique_constraint(...)`: for tables that are new."""
    options = {**_deferral(want), "postgresql_nulls_not_distinct": "True" if want.nulls_not_distinct else None}
    if on.style.batch:
        inner = nested("batch_op.create_unique_constraint", name_of(name), names(want.columns), **options)
        return _in_batch(want.table, want.schema, inner)
    head = (name_of(name), string(want.table), names(want.columns))
    return call("op.create_unique_constraint", *head, schema=_schema(want.schema), **options)


def create_check(on: Surroundings, want: AddCheck, name: str, *, valid: bool) -> str:
    """`op.create_check_constraint(...)`, NOT VALID unless `valid`."""
    not_valid = None if valid else "True"
    if on.style.batch:
        inner = nested(
            "batch_op.create_check_constraint",
            name_of(name),
            text(want.expression),
            postgresql_not_valid=not_valid,
        )
        return _in_batch(want.table, want.schema, inner)
    head = (name_of(name), string(want.table), text(want.expression))
    return call("op.create_check_constraint", *head, schema=_schema(want.schema), postgresql_not_valid=not_valid)


def drop_constraint(on: Surroundings, table: str, schema: str | None, name: str, kind: str) -> str:
    """`op.drop_constraint(...)`; kind is Alembic's word: foreignkey, unique, check, primary."""
    if on.style.batch:
        inner = nested("batch_op.drop_constraint", name_of(name), type_=string(kind))
        return _in_batch(table, schema, inner)
    return call("op.drop_constraint", name_of(name), string(table), type_=string(kind), schema=_schema(schema))


def validate(on: Surroundings, table: str, schema: str | None, name: str) -> str:
    """`ALTER TABLE ... VALIDATE CONSTRAINT ...`."""
    return postgresql_only(on, f"ALTER TABLE {qualified(schema, table)} VALIDATE CONSTRAINT {quoted(name)}")


def exclude_nulls(columns: tuple[str, ...]) -> str:
    """`a IS NOT NULL AND b IS NOT NULL`."""
    return " AND ".join(f"{quoted(c)} IS NOT NULL" for c in columns)


def inline_foreign_key(want: AddForeignKey, name: str) -> str:
    """`sa.ForeignKeyConstraint(...)` inside op.create_table."""
    prefix = f"{want.references_schema}." if want.references_schema else ""
    targets = [string(f"{prefix}{want.references}.{c}") for c in want.referenced_columns]
    options = foreign_key_options(want)
    return nested(
        "sa.ForeignKeyConstraint",
        names(want.columns),
        f"[{', '.join(targets)}]",
        name=name_of(name),
        **options,
    )
