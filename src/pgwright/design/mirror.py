"""Two columns that the database itself keeps equal, while old and new code run side by side.

The pair is held by a BEFORE trigger on every INSERT and UPDATE, whose WHEN spares rows that are right already, and by a
CHECK that says the same. The CHECK is NOT VALID at first, which is enforced on every new row version: without the trigger
on *every* update, an UPDATE of an unrelated column of a row not filled yet would fail (measured: it broke running clients).
Column, trigger and CHECK therefore come in one transaction. Validated, the CHECK is the proof that the fill was complete.

Triggers fire in the order of their names (PostgreSQL documentation, Overview of Trigger Behavior): `zz_` makes ours last,
after those of the application have had their say.
"""

from __future__ import annotations

from dataclasses import dataclass

from pgwright.design import expression, names
from pgwright.design.compiled import step
from pgwright.design.conversion import has_equality
from pgwright.design.draft import Validation
from pgwright.design.source import execute, qualified, quoted, sql_string
from pgwright.step import Phase, Step


@dataclass(frozen=True, slots=True)
class Pair:
    """Column `copy` of a table that is to be what `value`, an expression over column `source`, says.

    `type` is the copy's. `required`: neither may be NULL; the CHECK then says so too, and SET NOT NULL on either column
    finds it and skips its scan (PostgreSQL documentation, ALTER TABLE, SET NOT NULL).
    """

    table: str
    schema: str | None
    source: str
    copy: str
    type: str
    value: str
    required: bool = False

    @property
    def relation(self) -> str:
        """The table as SQL."""
        return qualified(self.schema, self.table)

    def differs(self, value: str, copy: str) -> str:
        """True, in SQL, where the copy is not what it should be; json is compared as text, having no equality."""
        if has_equality(self.type):
            return f"{copy} IS DISTINCT FROM ({value})"
        return f"{copy}::text IS DISTINCT FROM ({value})::text"

    @property
    def wrong(self) -> str:
        """The rows that are not filled, or filled with something else."""
        return self.differs(self.value, quoted(self.copy))

    def of_new_row(self, text: str) -> str:
        """The expression over the row that a trigger sees."""
        return expression.with_columns(text, lambda name: f"NEW.{quoted(name)}")


def holds(pair: Pair) -> str:
    """The rule of the mirror CHECK."""
    same = pair.wrong.replace(" IS DISTINCT FROM ", " IS NOT DISTINCT FROM ", 1)
    if not pair.required:
        return same
    return f"{same} AND {quoted(pair.copy)} IS NOT NULL AND {quoted(pair.source)} IS NOT NULL"


def check_name(table: str, column: str) -> str:
    """The mirror's name; it is the same before and after a switch."""
    return names.fitted(f"ck_{table}_{column}_mirror")


def add_check(pair: Pair, name: str, phase: Phase) -> Step:
    """The mirror, NOT VALID."""
    rule = f"ADD CONSTRAINT {quoted(name)} CHECK ({holds(pair)}) NOT VALID"
    return step(
        execute(f"ALTER TABLE {pair.relation} {rule}"),
        phase,
        undo=execute(f"ALTER TABLE {pair.relation} DROP CONSTRAINT {quoted(name)}"),
    )


def gone(pair: Pair, name: str, phase: Phase) -> tuple[Step, Step]:
    """A trigger and its function dropped if they are there: how what may have been interrupted starts over."""
    function = qualified(pair.schema, name)
    return (
        step(execute(f"DROP TRIGGER IF EXISTS {quoted(name)} ON {pair.relation}"), phase),
        step(execute(f"DROP FUNCTION IF EXISTS {function}()"), phase),
    )


def validate(pair: Pair, name: str, phase: Phase) -> Step:
    """VALIDATE of the mirror; its undo is the mirror as it was, not validated."""
    sql = f"ALTER TABLE {pair.relation} VALIDATE CONSTRAINT {quoted(name)}"
    again = add_check(pair, name, phase)
    drop = step(execute(f"ALTER TABLE {pair.relation} DROP CONSTRAINT {quoted(name)}"), phase)
    return step(execute(sql), phase, undo=(drop, again))


def trigger_name(table: str, column: str, role: str) -> str:
    """The name of a trigger and of its function."""
    return names.fitted(f"zz_{table}_{column}_{role}")


def filling(pair: Pair, name: str, phase: Phase) -> tuple[Step, Step]:
    """The trigger that sets the copy where it is not what it should be, and its function."""
    to, copy = pair.of_new_row(pair.value), f"NEW.{quoted(pair.copy)}"
    return made(pair, name, f"{copy} := {to};", phase)


def keeping(pair: Pair, name: str, back: str, phase: Phase) -> tuple[Step, Step]:
    """The reversed trigger: it sets the source from the copy, `back`, where the two do not agree."""
    return made(pair, name, f"NEW.{quoted(pair.source)} := {pair.of_new_row(back)};", phase)


def made(pair: Pair, name: str, body: str, phase: Phase) -> tuple[Step, Step]:
    """A row trigger on every INSERT and UPDATE that finds the pair unequal, and its function, each with its way back."""
    function = qualified(pair.schema, name)
    source = sql_string(f"BEGIN {body} RETURN NEW; END")
    condition = pair.differs(pair.of_new_row(pair.value), f"NEW.{quoted(pair.copy)}")
    fire = (
        f"CREATE TRIGGER {quoted(name)} BEFORE INSERT OR UPDATE ON {pair.relation} FOR EACH ROW "
        f"WHEN ({condition}) EXECUTE FUNCTION {function}()"
    )
    define = f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {source}"
    return (
        step(execute(define), phase, undo=execute(f"DROP FUNCTION {function}()")),
        step(execute(fire), phase, undo=execute(f"DROP TRIGGER {quoted(name)} ON {pair.relation}")),
    )


def removed(made: tuple[Step, Step]) -> tuple[Step, Step]:
    """The drop of a trigger and its function, with the making of them as the way back."""
    function, fire = made
    return (_turned(fire), _turned(function))


def _turned(one: Step) -> Step:
    (back,) = one.undo or ()
    return Step(back.code, back.sql, one.phase, (Step(one.code, one.sql, one.phase),), one.transactional)


def guard(pair: Pair, name: str, phase: Phase) -> Step:
    """A statement that fails unless the mirror stands validated: what follows in its transaction relies on it."""
    found = (
        f"SELECT FROM pg_constraint WHERE conrelid = {sql_string(pair.relation)}::regclass "
        f"AND conname = {sql_string(name)} AND convalidated"
    )
    message = sql_string(f"{name} is not validated: the copy may be incomplete, nothing is switched or dropped")
    body = f"BEGIN IF NOT EXISTS ({found}) THEN RAISE EXCEPTION USING MESSAGE = {message}; END IF; END"
    return step(execute(f"DO {sql_string(body)}"), phase)


def unfilled(pair: Pair) -> Validation:
    """Rows whose copy is not what it should be."""
    return Validation(
        f"rows in which {pair.copy} is not what {pair.source} says",
        f"SELECT count(*) FROM {pair.relation} WHERE {pair.wrong}",
    )
