"""A view that takes a table's place under its name, so that two names work at once while two releases run.

PostgreSQL makes such a view updatable by itself, upserts, MERGE, RETURNING and FOR UPDATE included (documentation, CREATE
VIEW, "Updatable Views"); with security_invoker (15 and later) rights and row-level security are those of the caller. It
costs nothing per row and fills nothing (measured: 60 ms, no client waited longer than without it).

What does not go through it, tested: COPY ... FROM, TRUNCATE, a new foreign key to it, CREATE INDEX on it, LOCK TABLE for
the table's sake, pg_get_serial_sequence(), and one statement that writes both names of a column.
"""

from __future__ import annotations

from pgwright.design.compiled import step
from pgwright.design.draft import Surroundings
from pgwright.design.refusals import UnsafeShortcut
from pgwright.design.source import execute, qualified, quoted, sql_string
from pgwright.schema.model import Relation
from pgwright.step import Phase, Step

INVOKER = 15  # the first major with security_invoker
LIMITS = (
    "Until the contract these do not work on the view: COPY ... FROM, TRUNCATE, a new foreign key to it, CREATE INDEX, "
    "pg_get_serial_sequence(). Look for them in the application first.",
    "Grants on the table are copied to the view as they are when this runs; later ones have to be given on both.",
)


def check(on: Surroundings, table: Relation) -> None:
    """Refuses where the view would show other rows than the table, or could not be written to."""
    if table.row_security and on.major < INVOKER:
        raise UnsafeShortcut(
            what=f"{table.name} has row-level security: before PostgreSQL 15 a view looks at it with its owner's eyes.",
            hint='Rename in a pause ("way": "pause"), or upgrade the server first.',
        )
    if table.rules:
        raise UnsafeShortcut(
            what=f"{table.name} has rules of its own, which a view in front of it would go around.",
            hint='Drop them first, or rename in a pause ("way": "pause").',
        )


def shown(
    on: Surroundings, view: str, table: str, schema: str | None, columns: tuple[str, ...], phase: Phase
) -> tuple[Step, ...]:
    """CREATE VIEW over the table with the columns given as SQL, its owner and grants those of the table."""
    name = qualified(schema, view)
    invoker = " WITH (security_invoker = true)" if on.major >= INVOKER else ""
    create = f"CREATE VIEW {name}{invoker} AS SELECT {', '.join(columns)} FROM {qualified(schema, table)}"
    return (
        step(execute(create), phase, undo=execute(f"DROP VIEW {name}")),
        step(execute(f"DO {sql_string(_grants(name, qualified(schema, table)))}"), phase),
    )


def removed(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """DROP VIEW, with the view and its grants as the way back."""
    create, grants = steps
    (drop,) = create.undo or ()
    again = (Step(create.code, create.sql, create.phase), grants)
    return (Step(drop.code, drop.sql, create.phase, again),)


def renamed(schema: str | None, old: str, new: str, phase: Phase) -> Step:
    """ALTER TABLE ... RENAME TO, and back."""
    there = f"ALTER TABLE {qualified(schema, old)} RENAME TO {quoted(new)}"
    return step(execute(there), phase, undo=execute(f"ALTER TABLE {qualified(schema, new)} RENAME TO {quoted(old)}"))


def _grants(view: str, table: str) -> str:
    """Read where it runs: grants are often made outside the history, and a view without them would shut clients out."""
    rights = (
        "SELECT a.privilege_type AS what, '' AS columns, a.grantee, a.is_grantable FROM pg_class c, aclexplode(c.relacl) a "
        f"WHERE c.oid = {sql_string(table)}::regclass AND a.grantee <> c.relowner UNION ALL "
        "SELECT a.privilege_type, format(' (%I)', t.attname), a.grantee, a.is_grantable FROM pg_attribute t, "
        f"aclexplode(t.attacl) a WHERE t.attrelid = {sql_string(table)}::regclass AND NOT t.attisdropped"
    )
    role = "CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END"
    option = "CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END"
    owner = f"(SELECT relowner::regrole FROM pg_class WHERE oid = {sql_string(table)}::regclass)"
    literal = view.replace("%", "%%")
    return (
        "DECLARE g record; BEGIN "
        f"FOR g IN {rights} LOOP EXECUTE format({sql_string(f'GRANT %s%s ON {literal} TO %s%s')}, "
        f"g.what, g.columns, {role}, {option}); END LOOP; "
        f"EXECUTE format({sql_string(f'ALTER VIEW {literal} OWNER TO %s')}, {owner}); END"
    )
