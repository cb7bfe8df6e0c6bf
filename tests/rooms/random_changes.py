"""Random schema changes as Alembic source: each with a way back that works and ways back that do not.

A history is drawn step by step on what its tables hold by then, so every upgrade is possible and every broken way back
really differs. Nothing here drops a column that holds values: they could never come back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

TYPES = ("sa.Integer()", "sa.Text()", "sa.Boolean()", "sa.Numeric(9, 2)", "sa.Date()", "sa.JSON()", "sa.Uuid()")
NAMES = ("order", "user table", "Größe", "plain", 'say "x"')
Change = tuple[str, str, Sequence[str]]  # up, down, broken downs


@dataclass(frozen=True)
class Drawn:
    """One revision: its upgrade, its downgrade, and whether that one is broken on purpose."""

    up: str
    down: str
    broken: bool


@dataclass
class History:
    """What the revisions so far have made."""

    tables: dict[str, dict[str, str]] = field(default_factory=dict)  # table -> column -> type
    indexes: dict[str, tuple[str, str]] = field(default_factory=dict)  # index -> table, column
    required: set[tuple[str, str]] = field(default_factory=set)
    commented: set[str] = field(default_factory=set)
    made: int = 0

    def name(self, start: str) -> str:
        """A name that nothing has yet."""
        self.made += 1
        return f"{start}_{self.made}"


def revision(draw: Any, on: History) -> Drawn:
    """The next revision of a history, broken in one case of three."""
    usable = [change for change, is_possible in KINDS if is_possible(on)]
    up, down, wrong = draw(st.sampled_from(usable))(draw, on)
    if draw(st.integers(0, 2)) == 0:
        return Drawn(up, draw(st.sampled_from(list(wrong))), True)
    return Drawn(up, down, False)


def create_table(draw: Any, on: History) -> Change:
    table = on.name(draw(st.sampled_from(NAMES)))
    on.tables[table] = {on.name("c"): draw(st.sampled_from(TYPES)) for _ in range(draw(st.integers(1, 3)))}
    columns = "".join(f", sa.Column({name!r}, {kind})" for name, kind in on.tables[table].items())
    up = f'op.create_table({table!r}, sa.Column("id", sa.Integer(), primary_key=True){columns})'
    return up, f"op.drop_table({table!r})", ("pass", "raise NotImplementedError")


def add_column(draw: Any, on: History) -> Change:
    table, name = _table(draw, on), on.name("c")
    on.tables[table][name] = kind = draw(st.sampled_from(TYPES))
    back = f"op.drop_column({table!r}, {name!r})"
    return f"op.add_column({table!r}, sa.Column({name!r}, {kind}))", back, ("pass", f"{back}; op.drop_table({table!r})")


def add_required(draw: Any, on: History) -> Change:
    table, name = _table(draw, on), on.name("c")
    on.tables[table][name] = "sa.Integer()"
    on.required.add((table, name))
    column = f'sa.Column({name!r}, sa.Integer(), nullable=False, server_default="7")'
    wrong = f"op.alter_column({table!r}, {name!r}, nullable=True)"
    return f"op.add_column({table!r}, {column})", f"op.drop_column({table!r}, {name!r})", ("pass", wrong)


def add_enum(draw: Any, on: History) -> Change:
    table, name, kind = _table(draw, on), on.name("c"), on.name("mood")
    on.tables[table][name] = "enum"
    up = f"""sa.Enum("calm", "cross", name={kind!r}).create(op.get_bind())
            op.add_column({table!r}, sa.Column({name!r}, sa.dialects.postgresql.ENUM(name={kind!r}, create_type=False)))"""
    forgets = f"op.drop_column({table!r}, {name!r})"
    return up, f'{forgets}; op.execute("DROP TYPE {kind}")', (forgets, "pass")


def add_reference(draw: Any, on: History) -> Change:
    table, parent, name = _table(draw, on), _table(draw, on), on.name("c")
    on.tables[table][name] = "sa.Integer()"
    up = f"""op.add_column({table!r}, sa.Column({name!r}, sa.Integer()))
            op.create_foreign_key("fk_{name}", {table!r}, {parent!r}, [{name!r}], ["id"])"""
    back = f'op.drop_constraint("fk_{name}", {table!r})'
    return up, f"{back}; op.drop_column({table!r}, {name!r})", ("pass", back)


def add_index(draw: Any, on: History) -> Change:
    (table, column), name = _column(draw, on, but="sa.JSON()"), on.name("ix")
    on.indexes[name] = table, column
    return f"op.create_index({name!r}, {table!r}, [{column!r}])", f"op.drop_index({name!r})", ("pass",)


def drop_index(draw: Any, on: History) -> Change:
    name = draw(st.sampled_from(sorted(on.indexes)))
    table, column = on.indexes.pop(name)
    back = "op.create_index({!r}, {!r}, [{!r}])"
    return (
        f"op.drop_index({name!r})",
        back.format(name, table, column),
        ("pass", back.format(f"{name}_", table, column)),
    )


def add_check(draw: Any, on: History) -> Change:
    (table, column), name = _column(draw, on), on.name("ck")
    up = f"op.create_check_constraint({name!r}, {table!r}, sa.or_(sa.column({column!r}).is_(None), sa.true()))"
    back = f"op.drop_constraint({name!r}, {table!r})"
    return up, back, ("pass", f"op.drop_constraint(None, {table!r}, type_='check')")


def rename_column(draw: Any, on: History) -> Change:
    (table, column), name = _column(draw, on), on.name("c")
    on.tables[table] = {name if c == column else c: kind for c, kind in on.tables[table].items()}
    on.required = {(t, name if (t, c) == (table, column) else c) for t, c in on.required}
    on.indexes = {i: (t, name if (t, c) == (table, column) else c) for i, (t, c) in on.indexes.items()}
    alter = f"op.alter_column({table!r}, {{!r}}, new_column_name={{!r}})"
    return alter.format(column, name), alter.format(name, column), ("pass", alter.format(name, f"{column}_"))


def require(draw: Any, on: History) -> Change:
    table, column = draw(st.sampled_from(_free(on)))
    on.required.add((table, column))
    alter = f"op.alter_column({table!r}, {column!r}, nullable={{}})"
    return alter.format(False), alter.format(True), ("pass", alter.format(False))


def comment(draw: Any, on: History) -> Change:
    table = draw(st.sampled_from(sorted(on.tables.keys() - on.commented)))
    on.commented.add(table)
    wrong = f"op.create_table_comment({table!r}, 'not this one')"
    return (
        f"op.create_table_comment({table!r}, 'it''s 100 %: yes')",
        f"op.drop_table_comment({table!r})",
        ("pass", wrong),
    )


def _free(on: History) -> list[tuple[str, str]]:
    return [(t, c) for t, columns in on.tables.items() for c in columns if (t, c) not in on.required]


KINDS = (
    (create_table, lambda on: True),
    (add_column, lambda on: on.tables),
    (add_required, lambda on: on.tables),
    (add_enum, lambda on: on.tables),
    (add_reference, lambda on: on.tables),
    (add_index, lambda on: any(k != "sa.JSON()" for columns in on.tables.values() for k in columns.values())),
    (drop_index, lambda on: on.indexes),
    (add_check, lambda on: on.tables),
    (rename_column, lambda on: on.tables),
    (require, _free),
    (comment, lambda on: on.tables.keys() - on.commented),
)


def _table(draw: Any, on: History) -> str:
    return draw(st.sampled_from(sorted(on.tables)))


def _column(draw: Any, on: History, but: str = "") -> tuple[str, str]:
    pairs = [(t, c) for t, columns in on.tables.items() for c, kind in columns.items() if kind != but]
    return draw(st.sampled_from(pairs))
