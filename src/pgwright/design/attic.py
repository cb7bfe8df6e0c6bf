"""The attic: what a drop takes away is kept beside it, in schema `pgwright`, so that the way back restores the data.

A column is copied with its table's key: first an empty table with a trigger that follows every write, then the rows in
batches. That the copy is whole is checked and noted on it (its comment); the drop refuses without the note. Rows that
come after the drop have no copy: they get what the column's default says, or NULL.
A table is moved there as it is, an instant; see recipes/drop_table.py.
Each change has a place of its own: where an earlier one has the name, the next free one is taken (`attic_r_m`, `attic_r_m_2`).

Nothing here is ever emptied by itself: DROP TABLE pgwright.attic_..., once nobody will go back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pgwright.design import names, restore
from pgwright.design.batches import by_pages, plain_form
from pgwright.design.compiled import step
from pgwright.design.conversion import has_equality
from pgwright.design.draft import Draft, Surroundings, Validation
from pgwright.design.source import columns_sql, execute, qualified, quoted, sql_string
from pgwright.schema.model import Column, Relation
from pgwright.step import Step

SCHEMA = "pgwright"
COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where one column is kept. The table has a primary key, or there is no shelf for it."""

    table: Relation
    column: Column
    name: str  # of the copy, its function and trigger

    @property
    def relation(self) -> str:
        """The user's table, as SQL."""
        return qualified(restore.schema_of(self.table), self.table.name)

    @property
    def copy(self) -> str:
        """The copy, as SQL."""
        return qualified(SCHEMA, self.name)

    @property
    def key(self) -> tuple[str, ...]:
        return self.table.primary_key

    def same_row(self, one: str, other: str) -> str:
        """The keys of two rows agree."""
        return " AND ".join(f"{one}.{quoted(k)} = {other}.{quoted(k)}" for k in self.key)

    def differs(self, one: str, other: str) -> str:
        """The values of two rows do not agree."""
        cast = "" if has_equality(self.column.type) and not self.as_text else "::text"
        column = quoted(self.column.name)
        return f"{one}.{column}{cast} IS DISTINCT FROM {other}.{column}{cast}"

    @property
    def as_text(self) -> bool:
        """Enums are kept as text: a copy of the type's own would keep the type from being dropped."""
        return self.column.type_kind == "enum"

    def stored(self, row: str = "") -> str:
        """The value of a row as it is stored in the copy."""
        return f"{row}{quoted(self.column.name)}{'::text' if self.as_text else ''}"

    @property
    def taken(self) -> str:
        """The value of the copy's row `kept`, as the column has it."""
        return f"kept.{quoted(self.column.name)}{f'::{self.column.type}' if self.as_text else ''}"

    @property
    def missing(self) -> str:
        """The rows whose value is not in the copy."""
        same = f"{self.same_row('kept', 'here')} AND NOT ({self.differs('kept', 'here')})"
        return f"{self.relation} AS here WHERE NOT EXISTS (SELECT FROM {self.copy} AS kept WHERE {same})"


def shelf(on: Surroundings, table: Relation, column: Column) -> Shelf | None:
    """The column's place in the attic; None where there is no key to keep it by, or nothing to keep."""
    if not table.primary_key or column.generated:
        return None
    return Shelf(table, column, names.free(f"attic_{table.name}_{column.name}", on.kept))


def kept(on: Surroundings, place: Shelf, change: str) -> tuple[Draft, Draft]:
    """The revisions that come before the drop."""
    subject = f"{place.column.name} of {place.table.name}"
    follow = Draft(
        phase="contract",
        subject=f"follow {subject} into the attic",
        why="A table beside it takes every value written from now on, so that the drop can be undone.",
        change=change,
        steps=_following(place),
        locks=(f"SHARE ROW EXCLUSIVE on {place.table.name} for an instant",),
        keeps=(place.name,),
    )
    copy = Draft(
        phase="contract",
        subject=f"copy {subject} into the attic",
        why="In batches, each its own transaction; it can be repeated. That nothing is missing is checked and noted.",
        change=change,
        steps=_copying(on, place),
        locks=(f"ROW SHARE on {place.table.name}; no writer waits, but for a delete of a row of the batch",),
        validations=(Validation("rows without a copy", f"SELECT count(*) FROM {place.missing}"),),
    )
    return follow, copy


def _following(place: Shelf) -> tuple[Step, ...]:
    columns = f"{columns_sql(place.key)}, {place.stored()} AS {quoted(place.column.name)}"
    create = f"CREATE TABLE {place.copy} AS SELECT {columns} FROM {place.relation} WITH NO DATA"
    key = f"ALTER TABLE {place.copy} ADD PRIMARY KEY ({columns_sql(place.key)})"
    return (
        step(execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"), "contract"),
        step(execute(create), "contract", undo=execute(f"DROP TABLE {place.copy}")),
        step(execute(key), "contract"),
        *_trigger(place),
    )


def _trigger(place: Shelf) -> tuple[Step, Step]:
    """With the rights of its owner: the application's role has none in the attic."""
    columns, column = columns_sql((*place.key, place.column.name)), quoted(place.column.name)
    values = ", ".join([*(f"NEW.{quoted(c)}" for c in place.key), place.stored("NEW.")])
    row = [f"NEW.{quoted(k)} IS DISTINCT FROM OLD.{quoted(k)}" for k in place.key]
    changed = " OR ".join([*row, place.differs("NEW", "OLD")])
    body = (
        f"BEGIN IF TG_OP = 'UPDATE' AND NOT ({changed}) THEN RETURN NULL; END IF; "
        f"IF TG_OP <> 'INSERT' THEN DELETE FROM {place.copy} AS kept WHERE {place.same_row('kept', 'OLD')}; END IF; "
        f"IF TG_OP <> 'DELETE' THEN INSERT INTO {place.copy} ({columns}) VALUES ({values}) "
        f"ON CONFLICT ({columns_sql(place.key)}) DO UPDATE SET {column} = EXCLUDED.{column}; END IF; RETURN NULL; END"
    )
    define = (
        f"CREATE FUNCTION {place.copy}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp AS {sql_string(body)}"
    )
    fire = (
        f"CREATE TRIGGER {quoted(place.name)} AFTER INSERT OR UPDATE OR DELETE ON {place.relation} "
        f"FOR EACH ROW EXECUTE FUNCTION {place.copy}()"
    )
    return (
        step(execute(define), "contract", undo=execute(f"DROP FUNCTION {place.copy}()")),
        step(execute(fire), "contract", undo=execute(f"DROP TRIGGER {quoted(place.name)} ON {place.relation}")),
    )


def _copying(on: Surroundings, place: Shelf) -> tuple[Step, ...]:
    columns, same = columns_sql((*place.key, place.column.name)), place.same_row("kept", "here")
    insert = (
        f"INSERT INTO {place.copy} ({columns}) SELECT {columns_sql(place.key)}, {place.stored()} FROM {place.relation} AS here "
        f"WHERE NOT EXISTS (SELECT FROM {place.copy} AS kept WHERE {same})"
    )
    # The lock makes a delete wait for the batch: else its row could be copied after the trigger had seen it go.
    rest = " FOR KEY SHARE OF here ON CONFLICT DO NOTHING"
    copy = by_pages(place.relation, insert, on.limits.backfill_pages, verb="copy", rest=rest)
    message = sql_string(f"{place.copy} is not complete: run this revision again")
    body = (
        f"BEGIN IF EXISTS (SELECT FROM {place.missing}) THEN RAISE EXCEPTION USING MESSAGE = {message}; END IF; "
        f"COMMENT ON TABLE {place.copy} IS {sql_string(COMPLETE)}; END"
    )
    forget = execute(f"COMMENT ON TABLE {place.copy} IS NULL")
    return (
        step(copy, "contract", transactional=False),
        step(execute(f"DO {sql_string(body)}"), "contract", undo=forget),
    )


def guarded_end(place: Shelf) -> tuple[Step, ...]:
    """In the drop's transaction, before it: the copy is whole, and its trigger goes."""
    noted = (
        f"obj_description(to_regclass({sql_string(place.copy)}), 'pg_class') IS DISTINCT FROM {sql_string(COMPLETE)}"
    )
    message = sql_string(f"{place.copy} is not complete: nothing is dropped")
    body = f"BEGIN IF {noted} THEN RAISE EXCEPTION USING MESSAGE = {message}; END IF; END"
    return (
        step(execute(f"DO {sql_string(body)}"), "contract"),
        step(execute(f"DROP TRIGGER {quoted(place.name)} ON {place.relation}"), "contract"),
        step(execute(f"DROP FUNCTION {place.copy}()"), "contract"),
    )


def brought_back(on: Surroundings, place: Shelf, *, value: str | None = None, where: str | None = None) -> Step:
    """The values, in batches, from the copy; the column is there again. `value` and `where` for what else they depend on."""
    here, column = quoted(place.table.name), quoted(place.column.name)
    row = f"FROM {place.copy} AS kept WHERE {place.same_row('kept', here)}"
    taken = value or f"(SELECT {place.taken} {row})"
    wanting = where or f"EXISTS (SELECT {row} AND {place.differs('kept', here)})"
    code = plain_form(place.relation, column, taken, wanting, on.limits.backfill_pages)
    return step(code, "contract", transactional=False)


def followed_again(place: Shelf) -> tuple[Step, ...]:
    """The trigger, as it stood before the drop."""
    return tuple(replace(s, undo=()) for s in _trigger(place))


def reset(place: Shelf) -> tuple[Step, ...]:
    """How a way back that was interrupted starts over: the column and the trigger may be there."""
    return (
        step(execute(f"DROP TRIGGER IF EXISTS {quoted(place.name)} ON {place.relation}"), "contract"),
        step(execute(f"DROP FUNCTION IF EXISTS {place.copy}()"), "contract"),
        step(execute(f"ALTER TABLE {place.relation} DROP COLUMN IF EXISTS {quoted(place.column.name)}"), "contract"),
    )


def table_name(table: Relation) -> str:
    """What a table is called in the attic."""
    return names.fitted(f"attic_{'' if table.schema == 'public' else table.schema + '_'}{table.name}")


def table_moved(table: Relation) -> tuple[Step, ...]:
    """ALTER TABLE ... SET SCHEMA, under a name that says where it comes from; back the same way."""
    schema, kept = restore.schema_of(table), table_name(table)
    there, here = qualified(SCHEMA, table.name), qualified(schema, table.name)
    home = quoted(table.schema)
    rename = f"ALTER TABLE {there} RENAME TO {quoted(kept)}"
    return (
        step(execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"), "contract"),
        step(
            execute(f"ALTER TABLE {here} SET SCHEMA {SCHEMA}"),
            "contract",
            undo=execute(f"ALTER TABLE {there} SET SCHEMA {home}"),
        ),
        step(
            execute(rename),
            "contract",
            undo=execute(f"ALTER TABLE {qualified(SCHEMA, kept)} RENAME TO {quoted(table.name)}"),
        ),
    )


def note(place: Shelf) -> str:
    """What the drop's revision says about it."""
    return f"The values stay in {place.copy}; the downgrade brings them back. Drop it once nobody will go back."
