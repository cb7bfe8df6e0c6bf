"""The triggers that hold columns in two tables equal; see shared_columns.py for what they rely on."""

from __future__ import annotations

from pgwright.design.compiled import step
from pgwright.design.shared_columns import Shared, Side
from pgwright.design.source import columns_sql, execute, quoted, sql_string
from pgwright.schema.model import Column
from pgwright.step import Phase, Step


def made(case: Shared, phase: Phase) -> tuple[Step, ...]:
    """Every trigger with its function, each with its way back."""
    here, there = case.here, case.there
    steps = [
        *_pair(case, "there", here, "AFTER INSERT OR UPDATE", _onward(case), phase),
        *_pair(case, "taken", there, "BEFORE INSERT", _taken(case), phase),
        *_pair(case, "here", there, "AFTER INSERT OR UPDATE", _homeward(case), phase),
    ]
    if case.made:
        half, whole = (there, here) if case.made == "there" else (here, there)
        again = f"{_half(case, whole, half, given=case.made == 'here')} RETURN NULL;"
        steps += _pair(case, "half", whole, "AFTER INSERT", again, phase, deferred=True)
        steps += _pair(case, "gone", half, "AFTER DELETE", _emptied(case, half, whole), phase)
    return tuple(steps)


def gone(case: Shared, phase: Phase) -> tuple[Step, ...]:
    """All of them dropped if they are there: how what may have been interrupted starts over."""
    steps = []
    for one in reversed(made(case, phase)[1::2]):
        (back,) = one.undo or ()
        steps.append(step(back.code.replace("DROP TRIGGER ", "DROP TRIGGER IF EXISTS ", 1), phase))
    for one in reversed(made(case, phase)[::2]):
        (back,) = one.undo or ()
        steps.append(step(back.code.replace("DROP FUNCTION ", "DROP FUNCTION IF EXISTS ", 1), phase))
    return tuple(steps)


def removed(case: Shared, phase: Phase) -> tuple[Step, ...]:
    """All of them dropped, without a way back: that comes with what is dropped after them."""
    return tuple(back for one in reversed(made(case, phase)) for back in one.undo or ())


def _pair(
    case: Shared, role: str, on: Side, when: str, body: str, phase: Phase, *, deferred: bool = False
) -> tuple[Step, Step]:
    name, function = quoted(case.trigger(role)), case.function(role)
    declared = "DECLARE held record; " if role == "taken" else ""
    path = ", ".join(dict.fromkeys(["pg_catalog", quoted(case.here.table.schema), "public", "pg_temp"]))
    define = (
        f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = {path} AS {sql_string(f'{declared}BEGIN {body} END')}"
    )
    kind, timing = ("CONSTRAINT TRIGGER", " DEFERRABLE INITIALLY DEFERRED") if deferred else ("TRIGGER", "")
    fire = f"CREATE {kind} {name} {when} ON {on.relation}{timing} FOR EACH ROW EXECUTE FUNCTION {function}"
    return (
        step(execute(define), phase, undo=execute(f"DROP FUNCTION {function}")),
        step(execute(fire), phase, undo=execute(f"DROP TRIGGER {name} ON {on.relation}")),
    )


def _changes(case: Shared) -> str:
    return case.differ("NEW", "OLD")


def _carried(case: Shared, source: Side, target: Side) -> str:
    """An UPDATE of the other side's row with what this UPDATE changed, and nothing else."""

    def value(column: Column) -> str:
        name = quoted(column.name)
        return f"{name} = CASE WHEN {case.distinct(column, 'NEW', 'OLD')} THEN NEW.{name} ELSE half.{name} END"

    news = " OR ".join(f"({case.distinct(c, 'NEW', 'OLD')} AND {case.distinct(c, 'half', 'NEW')})" for c in case.columns)
    same = case.same_row(target, "half", source, "NEW")
    return f"UPDATE {target.relation} AS half SET {', '.join(map(value, case.columns))} WHERE {same} AND ({news});"


def _onward(case: Shared) -> str:
    """From `here`. A row inserted beside one that is there gives what that has not, and takes what it has."""
    here, there = case.here, case.there
    same = case.same_row(there, "half", here, "NEW")
    filled = ", ".join(f"{quoted(n)} = COALESCE(half.{quoted(n)}, NEW.{quoted(n)})" for n in case.names)
    empty = " OR ".join(f"(half.{quoted(n)} IS NULL AND NEW.{quoted(n)} IS NOT NULL)" for n in case.names)
    taken = ", ".join(f"{quoted(n)} = half.{quoted(n)}" for n in case.names)
    own = case.same_row(here, "was", here, "NEW")
    inserted = (
        f"PERFORM FROM {there.relation} AS half WHERE {same} FOR NO KEY UPDATE; "
        f"UPDATE {there.relation} AS half SET {filled} WHERE {same} AND ({empty}); "
        f"UPDATE {here.relation} AS was SET {taken} FROM {there.relation} AS half "
        f"WHERE {own} AND {same} AND ({case.differ('was', 'half')});"
    )
    again = f" {_half(case, here, there, given=True)}" if case.made == "there" else ""
    return (
        f"IF TG_OP = 'INSERT' THEN {inserted} ELSIF {_changes(case)} THEN {_carried(case, here, there)}{again} END IF; "
        "RETURN NULL;"
    )


def _homeward(case: Shared) -> str:
    """From `there`, whose inserted rows win where they give a value: one statement may have inserted both."""
    here, there = case.here, case.there
    taken = ", ".join(f"{quoted(n)} = COALESCE(NEW.{quoted(n)}, half.{quoted(n)})" for n in case.names)
    same = case.same_row(here, "half", there, "NEW")
    news = " OR ".join(
        f"(NEW.{quoted(c.name)} IS NOT NULL AND {case.distinct(c, 'half', 'NEW')})" for c in case.columns
    )
    inserted = f"UPDATE {here.relation} AS half SET {taken} WHERE {same} AND ({news});"
    again = f" {_half(case, there, here, given=True)}" if case.made == "here" else ""
    return (
        f"IF TG_OP = 'INSERT' THEN {inserted} ELSIF {_changes(case)} THEN {_carried(case, there, here)}{again} END IF; "
        "RETURN NULL;"
    )


def _taken(case: Shared) -> str:
    """What a row inserted `there` does not say, `here` does."""
    here = case.here
    same = case.same_row(here, "was", case.there, "NEW")
    values = " ".join(f"NEW.{quoted(n)} := COALESCE(NEW.{quoted(n)}, held.{quoted(n)});" for n in case.names)
    listed = ", ".join(f"was.{quoted(n)}" for n in case.names)
    return (
        f"SELECT {listed} INTO held FROM {here.relation} AS was WHERE {same} FOR NO KEY UPDATE; "
        f"IF FOUND THEN {values} END IF; RETURN NEW;"
    )


def _half(case: Shared, whole: Side, half: Side, *, given: bool) -> str:
    """The row of the side that is made, as the other one is now, unless somebody has made it.

    Of a split every row has its half; `given`: only those with values. Without a value that the half requires there is none.
    """
    listed, same = columns_sql(case.names), case.same_row(whole, "was", whole, "NEW")
    needed = [f"was.{quoted(c.name)} IS NOT NULL" for c in case.columns if c.not_null]
    if given:
        needed.append(f"({case.given('was')})")
    where = " AND ".join([same, *needed])
    return (
        f"INSERT INTO {half.relation} ({columns_sql(half.key)}, {listed}) SELECT {columns_sql(whole.key)}, {listed} "
        f"FROM {whole.relation} AS was WHERE {where} ON CONFLICT ({columns_sql(half.key)}) DO NOTHING;"
    )


def _emptied(case: Shared, half: Side, whole: Side) -> str:
    """Whoever deletes the half wants its values gone."""
    nothing = ", ".join(f"{quoted(n)} = NULL" for n in case.names)
    same = case.same_row(whole, "was", half, "OLD")
    return f"UPDATE {whole.relation} AS was SET {nothing} WHERE {same} AND ({case.given('was')}); RETURN NULL;"
