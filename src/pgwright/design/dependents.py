"""What hangs on a column, and its twin for another column that is to take its place.

A twin is made under a passing name and changes names with the original in the switch, so that afterwards each name stands
for the same rule on the new column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pgwright.design import expression, names, view
from pgwright.design.draft import Surroundings
from pgwright.design.refusals import StillNeeded
from pgwright.design.source import quoted
from pgwright.schema.model import Constraint, Index, Relation


@dataclass(frozen=True, slots=True)
class Hanging:
    """Indexes and constraints of the table that read the column."""

    indexes: tuple[Index, ...]  # those of no constraint
    constraints: tuple[Constraint, ...]

    def of_kind(self, *kinds: str) -> tuple[Constraint, ...]:
        """The constraints of some kinds, in name order."""
        return tuple(c for c in self.constraints if c.kind in kinds)


def hanging(table: Relation, column: str) -> Hanging:
    """What the table itself has on the column."""
    indexes = tuple(
        i
        for i in table.indexes
        if i.constraint is None and (column in (*i.keys, *i.include) or column in expression.names_in(i.definition))
    )
    constraints = tuple(c for c in table.constraints if c.kind != "trigger" and _reads(c, column))
    return Hanging(indexes, constraints)


def _reads(constraint: Constraint, column: str) -> bool:
    return column in constraint.columns or (
        constraint.expression is not None and column in expression.columns(constraint.expression)
    )


def inbound(on: Surroundings, table: Relation, column: str) -> tuple[tuple[Relation, Constraint], ...]:
    """Foreign keys of other tables, or of this one, that point at the column."""
    return tuple(
        (other, c)
        for other in on.database.tables()
        for c in other.constraints
        if c.kind == "foreign key" and c.references == table.qualified and column in c.referenced_columns
    )


def refuse_what_stays_behind(on: Surroundings, table: Relation, column: str) -> None:
    """StillNeeded when something reads the column that a twin cannot be made of.

    Policies and column triggers are bound to the column itself, not to its name: after a switch they would go on reading
    the old one. So are views, but those can make way for the instant of the switch; materialised ones cannot.
    """
    word = re.compile(rf"(?<!\w){re.escape(column)}(?!\w)")
    behind = [f"column {c.name}" for c in table.columns if c.generated and word.search(c.default or "")]
    behind += [f"policy {p.name}" for p in table.policies if word.search(f"{p.using} {p.check}")]
    behind += [f"trigger {t.name}" for t in table.triggers if _is_bound(t.definition, word)]
    behind += [f"rule {r.name}" for r in table.rules if word.search(r.definition)]
    behind += [f"{v.kind} {v.qualified}" for v in view.standing_on(on, table, column) if v.kind != "view" or v.rules]
    if table.partition_key and word.search(table.partition_key):
        behind.append("its partition key")
    if behind:
        raise StillNeeded(what="column", name=f"{table.name}.{column}", dependents=", ".join(behind))


def _is_bound(definition: str, word: re.Pattern[str]) -> bool:
    """Whether a trigger names the column in UPDATE OF or WHEN."""
    head = definition.partition(" EXECUTE FUNCTION ")[0]
    listed = re.search(r"UPDATE OF (.*?) ON ", head)
    condition = head.partition(" WHEN ")[2]
    return bool((listed and word.search(listed[1])) or word.search(condition))


def twin_name(name: str) -> str:
    """The passing name of a twin, before the switch."""
    return names.fitted(f"{name}_new")


def recast(hanging: Hanging, old_type: str, new_type: str) -> Hanging:
    """With constants of the old type written as constants of the new: `'new'::text` beside an enum compares with nothing."""
    qualified_or_not = rf"('(?:[^']|'')*')::(?:public\.)?{re.escape(old_type)}(?![\w.])"

    def written(sql: str | None) -> str | None:
        return None if sql is None else re.sub(qualified_or_not, rf"\1::{new_type}", sql)

    indexes = tuple(
        replace(
            i,
            definition=written(i.definition) or "",
            keys=tuple(written(k) or "" for k in i.keys),
            predicate=written(i.predicate),
        )
        for i in hanging.indexes
    )
    constraints = tuple(
        replace(c, definition=written(c.definition) or "", expression=written(c.expression))
        for c in hanging.constraints
    )
    return Hanging(indexes, constraints)


def past_name(name: str) -> str:
    """The name of the original, after the switch."""
    return names.fitted(f"{name}_old")


def twin_index(index: Index, name: str, old: str, new: str) -> Index:
    """The same index over another column, under another name."""
    head, on, tail = index.definition.partition(" ON ")
    relation, using, keys = tail.partition(" USING ")
    definition = f"{head.removesuffix(quoted(index.name))}{quoted(name)}{on}{relation}{using}{_words(keys, old, new)}"
    return replace(
        index,
        name=name,
        definition=definition,
        keys=tuple(_renamed_key(k, old, new) for k in index.keys),
        include=tuple(new if k == old else k for k in index.include),
        predicate=expression.with_columns(index.predicate, {old: quoted(new)}) if index.predicate else None,
    )


def _renamed_key(key: str, old: str, new: str) -> str:
    if key == old:
        return new
    return expression.with_columns(key, {old: quoted(new)}) if "(" in key else key


def _words(sql: str, old: str, new: str) -> str:
    """The column's name replaced outside of string constants."""
    pattern = re.compile(r"'(?:[^']|'')*'|" + rf'(?<![\w"."]){re.escape(quoted(old))}(?![\w"(])')
    return pattern.sub(lambda m: m[0] if m[0].startswith("'") else quoted(new), sql)


def twin_constraint(what: Constraint, name: str, old: str, new: str) -> Constraint:
    """The same constraint over another column, under another name."""
    columns = tuple(new if c == old else c for c in what.columns)
    if what.expression is not None:
        rule = expression.with_columns(what.expression, {old: quoted(new)})
        return replace(what, name=name, columns=columns, expression=rule, definition=f"CHECK ({rule})")
    own, references, target = what.definition.partition(" REFERENCES ")
    return replace(what, name=name, columns=columns, definition=_words(own, old, new) + references + target)
