"""Makes rows: a small backtracking search per row, over groups of columns that share constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pgwright.shadow.rows.demand import ForeignKey, Profile, Unique
from pgwright.shadow.rows.pool import Pool
from pgwright.shadow.rows.table import Row, Table

_NOTHING: tuple[str | None, ...] = ()
_BUDGET = 1500  # values tried for one group of one row
Parents = Callable[[ForeignKey], "list[Row] | None"]  # rows of the parent; None: not filled yet, only NULL will do
Values = Callable[[int, Row], Iterator[tuple[str | None, ...]]]


@dataclass(slots=True)
class Variable:
    """Columns that take their values together, and those values in the order to try them for row r."""

    columns: tuple[str, ...]
    values: Values
    pool: Pool | None = None  # of a single column


@dataclass(slots=True)
class Test:
    """A constraint as a question about a row; a unique one remembers the keys it has seen."""

    columns: tuple[str, ...]
    passes: Callable[[Row], bool]
    unique: Unique | None = None
    seen: set[Any] = field(default_factory=set)


class Wish:
    """That the rows spread over the partitions: row by row another one, as long as that works out."""

    def __init__(self, table: Table) -> None:
        """Nothing is wished for a table without partitions."""
        self.rooms = table.demand.rooms
        self.number: int | None = 0
        self._table = table

    def passes(self, row: Row) -> bool:
        """Whether the row goes where it is wished to go."""
        return self.number is None or self._table.passes(self.rooms[self.number % len(self.rooms)], row)


@dataclass(slots=True)
class Group:
    """Variables that constraints tie together; `due[i]` are the tests that can be made once variable i is set."""

    variables: list[Variable]
    due: list[list[Test]]


def make(table: Table, parents: Parents, count: int) -> list[Row]:
    """Up to `count` new rows that satisfy the table's demand as far as it is understood here."""
    wish = Wish(table)
    tests = _tests(table, wish)
    groups = _groups(_variables(table, parents), tests)
    free = [g.variables[0] for g in groups if len(g.variables) == 1 and not g.due[0]]
    bound = [g for g in groups if len(g.variables) > 1 or g.due[0]]
    start = _start(table)
    order = tuple(table.pools)
    made: list[Row] = []
    for r in range(start, start + count):
        row: Row = {}
        wish.number = r - start
        if not all(_assign(g, 0, r, row, [_BUDGET]) for g in bound):
            wish.number, row = None, {}
            if not wish.rooms or not all(_assign(g, 0, r, row, [_BUDGET]) for g in bound):
                continue
        for variable in free:
            if variable.pool is not None:
                row[variable.columns[0]] = _first(variable.pool, r)
            else:
                row.update(zip(variable.columns, next(variable.values(r, row), _NOTHING), strict=False))
        if len(row) < len(order):
            continue
        row = {c: row[c] for c in order}
        for test in tests:
            if test.unique is not None:
                test.seen.add(table.key(test.unique, row))
        made.append(row)
        table.rows.append(row)
    return made


def careless(table: Table) -> Row:
    """A row of each column's first value, whatever the constraints: the server's refusal says what is in the way."""
    return {c: next(p.values(0), None) for c, p in table.pools.items()}


def _assign(group: Group, i: int, r: int, row: Row, budget: list[int]) -> bool:
    if i == len(group.variables):
        return True
    variable, due = group.variables[i], group.due[i]
    fresh = [c for c in variable.columns if c not in row]
    for values in variable.values(r, row):
        budget[0] -= 1
        if budget[0] < 0:
            break
        row.update(zip(variable.columns, values, strict=True))
        if all(t.passes(row) for t in due) and _assign(group, i + 1, r, row, budget):
            return True
        for c in fresh:
            row.pop(c, None)
    return False


def _tests(table: Table, wish: Wish) -> list[Test]:
    joint = {c for k in table.demand.foreign_keys for c in k.columns}
    tests = [
        Test(c.columns, lambda row, c=c: table.passes(c, row))  # type: ignore[misc]
        for c in table.demand.checks
        if c.known and (len(c.columns) > 1 or joint & set(c.columns))
    ]
    if wish.rooms:
        tests.append(Test(tuple(dict.fromkeys(c for e in wish.rooms for c in e.columns)), wish.passes))
    return tests + [_unique_test(table, u) for u in table.demand.uniques]


def _unique_test(table: Table, unique: Unique) -> Test:
    seen = {table.key(unique, row) for row in table.rows if all(c in row for c in unique.columns)}
    columns = tuple(dict.fromkeys((*unique.columns, *(unique.predicate.columns if unique.predicate else ()))))

    def passes(row: Row) -> bool:
        found = table.key(unique, row)
        return found is None or found not in seen

    return Test(columns, passes, unique, seen)


def _variables(table: Table, parents: Parents) -> list[Variable]:
    found: list[Variable] = []
    if table.promised:
        found.append(_promised(table))
    found += [_chosen(columns, tuples) for columns, tuples in table.allowed]
    own: list[ForeignKey] = []
    others: list[ForeignKey] = []
    for fk in table.demand.foreign_keys:
        (own if fk.parent == table.name else others).append(fk)
    found += [_reference(table, fk, parents) for fk in sorted(others, key=lambda k: -len(k.columns))]
    taken = {c for v in found for c in v.columns} | {c for fk in own for c in fk.columns}
    needed = {c for fk in own for c in fk.parent_columns}  # a row may refer to itself once its key is known
    found += [_single(p) for c, p in table.pools.items() if c not in taken or c in needed]
    return found + [_itself(table, fk, parents) for fk in own]


def _single(pool: Pool) -> Variable:
    order = _hostile_values if pool.profile == "hostile" else _plain_values
    name = pool.wanted.column.name

    def values(r: int, row: Row) -> Iterator[tuple[str | None, ...]]:
        if name in row:
            yield (row[name],)
            return
        for value in order(pool, r):
            yield (value,)

    return Variable((name,), values, pool)


def _first(pool: Pool, r: int) -> str | None:
    """The first of the pool's values for row r."""
    if pool.profile != "hostile" and pool.make is not None and not pool.hinted:
        turn = pool.salt + r * 7919
        if not r or pool.profile == "calm" or ((turn % 4 or not pool.nullable) and (turn % 3 or not pool.edges)):
            value = pool.make(r)
            if value is not None and pool.admits(value):
                return value
    return next((_hostile_values if pool.profile == "hostile" else _plain_values)(pool, r), None)


def _plain_values(pool: Pool, r: int) -> Iterator[str | None]:
    """Mostly ordinary values, now and then an edge or a NULL; the first row is complete and ordinary."""
    turn = pool.salt + r * 7919
    if r and pool.nullable and turn % 4 == 0 and pool.profile == "plain":
        yield None
    elif r and pool.edges and turn % 3 == 0:
        yield pool.edges[turn // 12 % len(pool.edges)]
    yield from pool.values(r)


def _hostile_values(pool: Pool, r: int) -> Iterator[str | None]:
    """The second row is all NULL, the third and fourth are the same, the rest holds the worst values in turn."""
    if r == 1 and pool.nullable:
        yield None
    elif r > 3 and pool.edges:
        yield pool.edges[(r - 4) % len(pool.edges)]
    yield from pool.values(2 if r == 3 else r)


def _chosen(columns: tuple[str, ...], tuples: list[tuple[str | None, ...]]) -> Variable:
    def values(r: int, row: Row) -> Iterator[tuple[str | None, ...]]:
        for j in range(len(tuples)):
            candidate = tuples[(r + j) % len(tuples)]
            if _agrees(columns, candidate, row):
                yield candidate

    return Variable(columns, values)


def _promised(table: Table) -> Variable:
    columns = tuple(table.promised[0])

    def values(r: int, row: Row) -> Iterator[tuple[str | None, ...]]:
        if r < len(table.promised):
            yield tuple(table.promised[r][c] for c in columns)
        else:
            yield tuple(next(table.pools[c].values(r), None) for c in columns)

    return Variable(columns, values)


def _reference(table: Table, fk: ForeignKey, parents: Parents) -> Variable:
    rows = parents(fk)
    found = [] if rows is None else [tuple(p.get(c) for c in fk.parent_columns) for p in rows]
    found = list(dict.fromkeys(t for t in found if None not in t))

    def values(r: int, row: Row) -> Iterator[tuple[str | None, ...]]:
        optional = any(row[c] is None if c in row else table.pools[c].nullable for c in fk.columns)
        null = _absent(table, fk, row, r) if optional else ()
        if optional and _is_absent(table.profile, r):
            yield null
        for j in range(len(found)):
            candidate = found[(r + j) % len(found)]
            if _agrees(fk.columns, candidate, row) and _admitted(table, fk.columns, candidate):
                yield candidate
        if optional:
            yield null

    return Variable(fk.columns, values)


def _is_absent(profile: Profile, r: int) -> bool:
    """Whether the r-th row refers to nothing, where it may."""
    return r == 1 if profile == "hostile" else profile == "plain" and r % 4 == 3


def _absent(table: Table, fk: ForeignKey, row: Row, r: int) -> tuple[str | None, ...]:
    """The key's columns in a row that refers to nothing."""
    pools = [(c, table.pools[c]) for c in fk.columns]
    return tuple(row[c] if c in row else None if p.nullable else next(p.values(r), None) for c, p in pools)


def _itself(table: Table, fk: ForeignKey, parents: Parents) -> Variable:
    """A key into its own table: earlier rows, NULL, or the row itself where it may not be NULL."""

    def values(r: int, row: Row) -> Iterator[tuple[str | None, ...]]:
        yield from _reference(table, fk, parents).values(r, row)
        own = tuple(row.get(c) for c in fk.parent_columns)
        if None not in own and _agrees(fk.columns, own, row):
            yield own

    return Variable(fk.columns, values)


def _agrees(columns: tuple[str, ...], candidate: tuple[str | None, ...], row: Row) -> bool:
    return all(c not in row or row[c] == v for c, v in zip(columns, candidate, strict=True))


def _admitted(table: Table, columns: tuple[str, ...], candidate: tuple[str | None, ...]) -> bool:
    return all(v is None or table.pools[c].admits(v) for c, v in zip(columns, candidate, strict=True))


def _start(table: Table) -> int:
    """The number of the first new row: past the integers that existing rows use as keys."""
    keys = [c for c in table.demand.relation.primary_key if c in table.pools and table.type(c).family == "integer"]
    used = [int(row[c] or 0) for row in table.rows for c in keys if c in row]
    highest = max(used, default=0)
    return 0 if table.promised or not table.rows else max(len(table.rows), highest if highest < 10**8 else 0)


def _groups(variables: list[Variable], tests: list[Test]) -> list[Group]:
    """Variables tied by shared columns or tests, each test due at the last variable that it needs."""
    root = {c: c for v in variables for c in v.columns}

    def find(column: str) -> str:
        while root[column] != column:
            column = root[column]
        return column

    for columns in [v.columns for v in variables] + [t.columns for t in tests]:
        known = [c for c in columns if c in root]
        for other in known[1:]:
            root[find(other)] = find(known[0])
    grouped: dict[str, list[Variable]] = {}
    for variable in variables:
        grouped.setdefault(find(variable.columns[0]), []).append(variable)
    return [Group(g, _due(g, tests)) for g in grouped.values()]


def _due(variables: list[Variable], tests: list[Test]) -> list[list[Test]]:
    last: dict[str, int] = {}
    for i, variable in enumerate(variables):
        for column in variable.columns:
            last.setdefault(column, i)
    due: list[list[Test]] = [[] for _ in variables]
    for test in tests:
        known = [last[c] for c in test.columns if c in last]
        if known:
            due[max(known)].append(test)
    return due
