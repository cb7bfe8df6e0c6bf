"""The repair of a downgrade that does not come back: Alembic code written from the parent's catalog.

The catalog before the upgrade says exactly what was there, so what the downgrade forgot can be written down. The result
is a patch of the revision file (for a revision that nobody has applied) or the body of a new one; it is proposed, never
applied, and says so where it cannot help: data that is gone stays gone.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

from psycopg import sql

from pgwright.interpreter import Revision
from pgwright.records import Reason
from pgwright.schema.model import Column, Constraint, Difference, Index, Relation, Schema, Thing
from pgwright.shadow.cycle import Cycle

DROPS = {
    "enum": "TYPE",
    "composite type": "TYPE",
    "range type": "TYPE",
    "domain": "DOMAIN",
    "sequence": "SEQUENCE",
    "view": "VIEW",
    "materialized view": "MATERIALIZED VIEW",
    "table": "TABLE",
    "partitioned table": "TABLE",
    "schema": "SCHEMA",
    "statistics": "STATISTICS",
}
LAST = ("enum", "composite type", "range type", "domain", "schema")  # dropped after whatever uses them


def repaired(reason: Reason, revision: Revision, found: Cycle) -> Reason:
    """The same reason with a repair, where the catalogs say what it must be."""
    path = Path(revision.file)
    if reason.code == "down-differs":
        differences = [d for d in found.differences if d.refutes]
        there = found.after.schema if found.after is not None else found.before.schema
        lines = list(dict.fromkeys(_lines(found.before.schema, there, differences)))  # one per object, not per property
        return dataclasses.replace(reason, repair=_appended(path, lines)) if lines else reason
    if reason.code.endswith("unnamed-constraint") and reason.line and found.after is not None:
        name = _unnamed(path, reason.line, found)
        return dataclasses.replace(reason, repair=_named(path, reason.line, name)) if name else reason
    return reason


def _lines(before: Schema, there: Schema, differences: Sequence[Difference]) -> Iterator[str]:
    """Statements that lead from what the downgrade left (of `there`) to what the parent was, dependents first."""
    extra = [d for d in differences if d.kind == "extra"]
    deep = _depths(extra, there)
    for d in sorted(extra, key=lambda d: (d.object in LAST, d.object == "table", deep.get(d.identity, 0), d.identity)):
        yield from _drop(d)
    constraints = {(d.before, d.after) for d in differences if d.kind == "renamed" and d.object == "constraint"}
    for d in differences:
        # a constraint takes its index along to the new name
        if d.kind == "renamed" and d.before and d.after and not (d.object == "index" and (d.before, d.after) in constraints):
            yield from _rename_back(before, d)
    found = {(d.identity, d.kind if d.kind == "missing" else d.what) for d in differences if d.object == "sequence"}
    sequences = [one for one in before.of_kind("sequence") if not one["identity"]]
    made = [one for one in sequences if (one.identity, "missing") in found]
    for thing in made:
        yield _sequence(thing)
    for thing in sequences:
        if (thing.identity, "type") in found:  # its limits follow
            yield f"ALTER SEQUENCE {_quoted(thing.identity.split('.'))} AS {thing['type']}"
    relations = {r.qualified: r for r in before.relations}
    for d in differences:
        owner = next((r for name, r in relations.items() if d.identity.startswith(f"{name}.")), None)
        if owner is not None and d.kind in ("missing", "changed"):
            yield from _restore(owner, d)
    for thing in made:
        if column := thing["owned_by"]:
            yield f"ALTER SEQUENCE {_quoted(thing.identity.split('.'))} OWNED BY {_quoted(column.split('.'))}"


def _depths(extra: Sequence[Difference], there: Schema) -> dict[str, int]:
    """How many of these tables deep what refers to each goes: who is referred to is dropped later."""
    tables = [r for d in extra if d.object == "table" and (r := there.relation(d.identity)) is not None]
    depths = dict.fromkeys((r.qualified for r in tables), 0)
    for _ in tables:  # as long as a chain can be; a circle ends here too
        for one in tables:
            for parent in {c.references or "" for c in one.constraints} & depths.keys() - {one.qualified}:
                depths[parent] = max(depths[parent], depths[one.qualified] + 1)
    return depths


def _sequence(one: Thing) -> str:
    """What makes the sequence anew; where it stood is not known to a catalog."""
    return (
        f"CREATE SEQUENCE {_quoted(one.identity.split('.'))} AS {one['type']} INCREMENT {one['increment']} "
        f"MINVALUE {one['minimum']} MAXVALUE {one['maximum']} START {one['start']} CACHE {one['cache']}"
        + (" CYCLE" if one["cycle"] == "true" else "")
    )


def _drop(d: Difference) -> Iterator[str]:
    parts = d.identity.split(".")
    if d.object in DROPS:
        yield f"DROP {DROPS[d.object]} {_quoted(parts)}"
    elif d.object in ("function", "aggregate", "procedure"):
        yield f"DROP ROUTINE {d.identity}"
    elif d.object == "index" and len(parts) == 3:
        yield f"DROP INDEX {_quoted([parts[0], parts[2]])}"
    elif d.object in ("constraint", "column") and len(parts) == 3:
        yield f"ALTER TABLE {_quoted(parts[:2])} DROP {d.object.upper()} {_quoted(parts[2:])}"
    elif d.object in ("trigger", "policy", "rule") and len(parts) == 3:
        yield f"DROP {d.object.upper()} {_quoted(parts[2:])} ON {_quoted(parts[:2])}"


def _rename_back(before: Schema, d: Difference) -> Iterator[str]:
    parts, now = d.identity.split("."), (d.after or "").split(".")[-1]
    then = (d.before or "").split(".")[-1]
    relation = before.relation(".".join(parts[:2]))
    own = next((i for i in relation.indexes if i.name == then), None) if relation else None
    if d.object == "index" and not (own and own.constraint):  # a constraint takes its index along
        yield f"ALTER INDEX {_quoted([parts[0], now])} RENAME TO {_quoted([then])}"
    elif d.object == "constraint" and len(parts) >= 3:
        yield f"ALTER TABLE {_quoted(parts[:2])} RENAME CONSTRAINT {_quoted([now])} TO {_quoted([then])}"


def _restore(owner: Relation, d: Difference) -> Iterator[str]:
    name = d.identity[len(owner.qualified) + 1 :]
    table = _quoted([owner.schema, owner.name])
    column, constraint = owner.column(name), owner.constraint(name)
    index: Index | None = next((i for i in owner.indexes if i.name == name), None)
    if d.object == "column" and column is not None:
        yield from _column(table, column, d)
    elif d.object == "constraint" and constraint is not None:
        yield from _constraint(table, constraint, d)
    elif d.object == "index" and index is not None and index.constraint is None:
        if d.kind == "changed":
            yield f"DROP INDEX {_quoted([owner.schema, index.name])}"
        yield index.definition
    elif d.object == "trigger" and (trigger := next((t for t in owner.triggers if t.name == name), None)):
        if d.kind == "changed":
            yield f"DROP TRIGGER {_quoted([name])} ON {table}"
        yield trigger.definition


def _constraint(table: str, constraint: Constraint, d: Difference) -> Iterator[str]:
    name = _quoted([constraint.name])
    if d.kind == "changed":
        yield f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}"  # it may have gone with a column
    yield f"ALTER TABLE {table} ADD CONSTRAINT {name} {constraint.definition}"


def _column(table: str, column: Column, d: Difference) -> Iterator[str]:
    name = _quoted([column.name])
    alter = f"ALTER TABLE {table} ALTER COLUMN {name}"
    if d.kind == "missing":
        default = f" DEFAULT {column.default}" if column.default and not column.generated else ""
        yield f"ALTER TABLE {table} ADD COLUMN {name} {column.type}{default}{' NOT NULL' if column.not_null else ''}"
    elif d.what == "type":
        yield f"{alter} TYPE {column.type} USING {name}::{column.type}"
    elif d.what == "default":
        yield f"{alter} SET DEFAULT {column.default}" if column.default else f"{alter} DROP DEFAULT"
    elif d.what == "not_null":
        yield f"{alter} {'SET' if column.not_null else 'DROP'} NOT NULL"
    elif d.what == "comment":
        text = sql.Literal(column.comment).as_string(None) if column.comment else "NULL"
        yield f"COMMENT ON COLUMN {table}.{name} IS {text}"


def _quoted(parts: Sequence[str]) -> str:
    return sql.Identifier(*parts).as_string(None)


def _appended(path: Path, statements: Sequence[str]) -> str:
    """A unified diff that adds the statements to the end of downgrade()."""
    source = path.read_text(encoding="utf-8")
    function = _function(source, "downgrade")
    if function is None or function.end_lineno is None:
        return ""
    lines = source.splitlines(keepends=True)
    indent = " " * function.body[0].col_offset
    new = [f"{indent}op.execute({_text(statement)})\n" for statement in statements]
    body_is_pass = len(function.body) == 1 and isinstance(function.body[0], ast.Pass)
    keep = lines[: function.body[0].lineno - 1] if body_is_pass else lines[: function.end_lineno]
    if keep and not keep[-1].endswith("\n"):
        keep[-1] += "\n"
    return _diff(path, lines, [*keep, *new, *lines[function.end_lineno :]])


def _text(statement: str) -> str:
    """The statement as a Python literal; op.execute reads a colon before a word as a parameter, so those are escaped."""
    return repr(_escaped(statement))


def _escaped(statement: str) -> str:
    out, previous = [], ""
    for at, char in enumerate(statement):
        following = statement[at + 1 : at + 2]
        if char == ":" and previous != ":" and following != ":" and (following.isalnum() or following == "_"):
            out.append("\\")
        out.append(char)
        previous = char
    return "".join(out)


def _function(source: str, name: str) -> ast.FunctionDef | None:
    tree = ast.parse(source)
    return next((n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name), None)


def _unnamed(path: Path, line: int, found: Cycle) -> str | None:
    """The name that the server gave to the constraint which drop_constraint(None, table) means, if there is only one."""
    call = _call_at(path.read_text(encoding="utf-8"), line)
    if call is None or len(call.args) < 2 or not isinstance(call.args[1], ast.Constant) or found.after is None:
        return None
    table = call.args[1].value
    before = {(r.qualified, c.name) for r in found.before.schema.relations for c in r.constraints}
    kind = next((k.value.value for k in call.keywords if k.arg == "type_" and isinstance(k.value, ast.Constant)), "")
    wanted = {"foreignkey": "foreign key", "unique": "unique", "check": "check", "primary": "primary key"}.get(
        str(kind)
    )
    names = [
        c.name
        for r in found.after.schema.relations
        if r.name == table
        for c in r.constraints
        if (r.qualified, c.name) not in before and (wanted is None or c.kind == wanted)
    ]
    return names[0] if len(names) == 1 else None


def _call_at(source: str, line: int) -> ast.Call | None:
    calls = [
        n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call) and n.lineno <= line <= (n.end_lineno or 0)
    ]
    named = [c for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "drop_constraint"]
    return named[0] if named else None


def _named(path: Path, line: int, name: str) -> str:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    call = _call_at("".join(lines), line)
    if call is None:
        return ""
    first = call.args[0]
    at = first.lineno - 1
    row = lines[at].encode()
    new = row[: first.col_offset] + f"op.f({name!r})".encode() + row[first.end_col_offset or first.col_offset :]
    return _diff(path, lines, [*lines[:at], new.decode(), *lines[at + 1 :]])


def _diff(path: Path, old: Sequence[str], new: Sequence[str]) -> str:
    return "".join(difflib.unified_diff(old, new, f"a/{path.name}", f"b/{path.name}"))
