"""lossy-cast: a change of type that succeeds and cuts values on the way.

Without USING a text that is too long fails; with an explicit cast in USING the same text is cut silently. Scales, times of
day and the digits of a double precision value go without a word in both forms.
Source: PostgreSQL documentation, "Character Types"; ALTER TABLE, SET DATA TYPE.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import AlterType, Type
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW405"
SEVERITY = "error"
SEEN = "rows"
ACTS = (AlterType,)
DATA_LOSS = True
OBSERVE = Observation(
    query="""
    SELECT at::text NOT LIKE '% 10:11:12%' OR amount::text NOT LIKE '12.25%' OR length(note) < 40
        OR ratio::text <> '0.1234567890123' FROM orders WHERE id = 1
    """
)
WHEN = "{table}.{column} goes from {old} to {new} and loses {what}"
EFFECT = "Every row is cut for good without an error; going back to {old} does not bring {what} back."
INSTEAD = """
op.add_column({table!r}, sa.Column({spare!r}, <type for {new}>))
# fill it in batches, look at what differs, move the code over; drop {column} later, with the approval that data loss needs
"""
BEFORE = """
CREATE TABLE orders (id bigint PRIMARY KEY, at timestamptz, amount numeric(12, 4), note varchar(50), ratio float8);
INSERT INTO orders
SELECT g, '2026-01-02 10:11:12+00', 12.25, repeat('x', 40), 0.1234567890123 FROM generate_series(1, 500) g;
"""
BAD = (
    revision(up='op.alter_column("orders", "at", type_=sa.Date())'),
    revision(up='op.alter_column("orders", "amount", type_=sa.Integer())'),
    revision(up='op.alter_column("orders", "amount", type_=sa.Numeric(12, 1))'),
    revision(up='op.execute("ALTER TABLE orders ALTER note TYPE varchar(20) USING note::varchar(20)")'),
    revision(up='op.execute("ALTER TABLE orders ALTER note TYPE text USING left(note, 20)")'),
    revision(up='op.alter_column("orders", "ratio", type_=sa.REAL())'),
)
GOOD = (
    revision(up='op.alter_column("orders", "amount", type_=sa.Numeric(14, 4))'),
    revision(up='op.alter_column("orders", "note", type_=sa.String(45))'),
    revision(up='op.alter_column("orders", "note", type_=sa.Text())'),
)

FORGETS = {  # from what to what, whatever the modifiers are
    "the time of day": (("timestamp", "timestamptz"), ("date",)),
    "the date": (("timestamp", "timestamptz"), ("time", "timetz")),
    "the digits behind the point": (("numeric", "float4", "float8"), ("int2", "int4", "int8")),
    "half of its digits": (("float8",), ("float4",)),
}
TEXTS = ("varchar", "bpchar", "text")
CUTS = ("left", "right", "substring", "substr", "trunc", "round", "date_trunc", "floor", "ceil")


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(AlterType):
        column = before.table(act.table).column(act.column)
        if not before.holds_rows(act.table):
            continue
        called = [name for name in (act.using.functions if act.using else ()) if name.rpartition(".")[2] in CUTS]
        lost = f"what {called[0]}() cuts" if called else _lost(column.type, act) if column else ""
        if lost:
            yield found(
                statement,
                table=act.table,
                column=act.column,
                old=column.type if column else "its type",
                new=act.type,
                what=lost,
                spare=f"{act.column}_new",
            )


def _lost(old: Type, act: AlterType) -> str:
    """What the cast cuts off; nothing when it keeps every value or fails instead."""
    new = act.type
    if old.array or new.array:
        return ""
    for what, (olds, news) in FORGETS.items():
        if old.name in olds and new.name in news:
            return what
    if old.name == new.name == "numeric" and new.modifiers:
        return "the digits behind the point" if _scale(old) > _scale(new) else ""
    is_explicit = act.using is not None and "::" in act.using.text
    if is_explicit and old.name in TEXTS and new.name in ("varchar", "bpchar") and new.modifiers:
        return "" if old.modifiers and old.modifiers[0] <= new.modifiers[0] else "the end of long texts"
    return ""


def _scale(numeric: Type) -> float:
    """Digits behind the point; a numeric without modifiers keeps all of them."""
    return (*numeric.modifiers, 0)[1] if numeric.modifiers else float("inf")
