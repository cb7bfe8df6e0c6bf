"""Random walks over the recipes: each change up, validated, down to an equal catalog and equal rows, and up again.

`--trips` says how many changes. What fails is told with the whole walk: shrinking it would take minutes.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from design_runner import catalog, proven
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from round_trips import IMPOSSIBLE, LOOKED_AT, Ground, ground

from pgwright.design.compiled import step
from pgwright.design.draft import Draft
from pgwright.design.plan import draft
from pgwright.design.request import KINDS, from_json
from pgwright.errors import Refusal
from pgwright.shadow.attic import taken

BEFORE = b"""
CREATE TYPE mood AS ENUM ('calm', 'cross', 'glad');
CREATE TABLE p (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE r (id integer PRIMARY KEY, a integer NOT NULL DEFAULT 7, b text, c varchar(20), d timestamp, e json,
                f text NOT NULL DEFAULT 'f', m mood, ref integer REFERENCES p);
CREATE INDEX r_b ON r (b); CREATE INDEX r_a ON r (a, c) WHERE c IS NOT NULL;
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
INSERT INTO p SELECT g, 'p' || g FROM generate_series(1, 9) g;
INSERT INTO r SELECT g, g * 3, nullif('b' || g, 'b4'), 'c' || g, now()::timestamp, '{"k": 1}', 'f' || g, 'calm', 1 + g % 9
  FROM generate_series(1, 40) g;
INSERT INTO r (id) SELECT g FROM generate_series(41, 45) g;
CREATE TABLE q (id integer PRIMARY KEY, s text, t integer NOT NULL DEFAULT 5); CREATE INDEX q_s ON q (s);
CREATE TABLE h (q_id integer PRIMARY KEY REFERENCES q ON DELETE CASCADE, u text, v integer DEFAULT 1);
CREATE TABLE w (id integer, at date NOT NULL DEFAULT '2026-01-01', x text, PRIMARY KEY (id, at)); CREATE INDEX w_x ON w (x);
INSERT INTO q SELECT g, nullif('s' || g, 's4'), g FROM generate_series(1, 12) g;
INSERT INTO h SELECT g, 'u' || g FROM generate_series(1, 12) g;
INSERT INTO w SELECT g, date '2026-01-01' + g, 'x' FROM generate_series(1, 12) g;
"""
COLUMNS = st.sampled_from(["a", "b", "c", "d", "e", "f", "m", "ref"])
NAMES = st.sampled_from(["n1", "n2", "a", "b"])
TYPES = st.sampled_from(["bigint", "text", "varchar(40)", "varchar(80)", "jsonb", "timestamptz", "numeric(12,2)"])
PARTITIONS = st.just([{"name": "w_2027", "start": "2027-01-01", "end": "2028-01-01"}])
FILLS: dict[str, Any] = {"a": 1, "b": "x", "c": "x", "f": "x", "ref": 1}


def kind(name: str, /, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Requests of one kind; a field is a strategy or a value."""
    assert name in KINDS
    chosen = {k: v if isinstance(v, st.SearchStrategy) else st.just(v) for k, v in fields.items()}
    return st.fixed_dictionaries({"kind": st.just(name), **chosen})


EACH = (
    kind("add_column", table="r", column=NAMES, type=TYPES),
    kind("add_column", table="r", column=NAMES, type="text", nullable=st.booleans(), default="new"),
    kind("add_column", table="r", column=NAMES, type="uuid", nullable=st.booleans(), expression="gen_random_uuid()"),
    kind("add_column", table="r", column=NAMES, type="integer", nullable=False, using="id * 2"),
    kind("add_column", table="r", column=NAMES, type="integer", generated="stored", expression="id + 1"),
    kind("drop_column", table="r", column=COLUMNS),
    kind("drop_not_null", table="r", column=COLUMNS),
    st.sampled_from([{"kind": "set_not_null", "table": "r", "column": c, "fill": v} for c, v in FILLS.items()]),
    kind("change_type", table="r", column=COLUMNS, type=TYPES),
    kind("widen_column", table="r", column=COLUMNS, type=TYPES),
    kind("alter_default", table="r", column=st.sampled_from(["b", "c", "f"]), default=st.sampled_from(["x", None])),
    kind("rename_column", table="r", column=COLUMNS, to=NAMES, way=st.sampled_from(["view", "column", "pause"])),
    kind("rename_table", table="p", to="persons", way=st.sampled_from(["view", "pause"])),
    kind("add_index", table="r", columns=st.lists(COLUMNS, min_size=1, max_size=2, unique=True)),
    kind("add_unique", table="r", columns=st.just(["id", "f"])),
    kind("add_check", table="r", expression=st.sampled_from(["id > 0", "a >= 0 OR b IS NULL"])),
    kind("add_foreign_key", table="r", columns=["ref"], references="p", name="r_to_p", on_delete="CASCADE"),
    kind("set_comment", table="r", column=COLUMNS, comment=st.sampled_from(["a 'note'", None])),
    kind("fill_column", table="r", column="b", using="'q' || id", where="b IS NULL"),
    kind("set_identity", table="r", column="id"),
    kind("add_enum_value", name="mood", value=st.sampled_from(["sad", "o'd"])),
    kind("rename_enum_value", name="mood", value="cross", to="angry"),
    kind("remove_enum_value", name="mood", value=st.sampled_from(["cross", "calm"]), instead="glad"),
    kind("drop_index", table="r", name=st.sampled_from(["r_a", "r_b"])),
    kind("drop_constraint", table="r", name="r_ref_fkey"),
    kind("drop_table", table="r"),
    kind("put_view", view="seen", query=st.sampled_from(["SELECT id, a FROM r", "SELECT id, f AS a FROM r WHERE id > 3"])),
    kind("put_function", name="noted", returns="trigger", body="BEGIN RETURN NULL; END"),
    kind("put_trigger", table="r", name="note", function="noted", timing="after", events=["insert", "delete"]),
    kind("put_policy", table="r", name="mine", using="id > 0"),
    kind("set_row_security", table="r", forced=st.booleans()),
    kind("move_column", table="q", column=st.sampled_from(["s", "t"]), to="h"),
    kind("split_table", table="q", columns=st.sampled_from([["s"], ["t"], ["s", "t"]]), to="half", key=["q_id"]),
    kind("merge_tables", table="h", into="q"),
    kind("partition_table", table="w", column="at", name="w_old", end="2027-01-01", partitions=PARTITIONS),
    kind("grant", table="r", privileges=["select"], role="pg_monitor"),
)  # fmt: skip
REQUESTS = st.one_of(EACH)
_numbers = count(1)


def _walked(server: Any, walk: list[dict[str, Any]]) -> int:
    """How many of the changes were designed; what is refused is left out, and the walk goes on from there."""
    name, done = f"walk_{next(_numbers)}", 0
    server.create(name)
    try:
        with server.connect(name) as connection:
            connection.execute(BEFORE)
            version = connection.info.server_version
        for one in walk:
            try:
                with server.connect(name) as connection:
                    kept = taken(connection)
                drafts = draft([from_json(one)], catalog(server, name), version=version, kept=kept)
            except Refusal:
                continue
            try:
                proven(server, name, drafts, back=False)
            except sa.exc.DBAPIError as error:
                known = getattr(error.orig, "sqlstate", None) in IMPOSSIBLE or any(said in str(error) for said in LOOKED_AT)
                if not known:
                    raise
                break
            done += 1
    finally:
        server.drop(name)
    return done


def _property(server: Any, examples: int, longest: int) -> int:
    """Walks until as many were drawn; the number of round trips."""
    trips = 0

    @settings(
        phases=[Phase.generate], max_examples=examples, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.lists(REQUESTS, min_size=1, max_size=longest))
    def walks(walk: list[dict[str, Any]]) -> None:
        nonlocal trips
        trips += _walked(server, walk)

    walks()
    return trips


def _trips(server: Any, wanted: int, part: int) -> Ground:
    """Walks until as many revisions went up, down and up again. Each walk begins with the next kind but one: chance alone
    leaves kinds out, since hypothesis likes to repeat what it drew, and what comes late finds its table gone."""
    with ground(server, BEFORE) as made:

        class Walk(RuleBasedStateMachine):
            """One walk: each change begins where the last one ended."""

            def __init__(self) -> None:
                super().__init__()
                self.goes_on = made.revisions < wanted
                if self.goes_on:
                    made.lay()

            @initialize(each=st.tuples(*EACH))
            def begin(self, each: tuple[dict[str, Any], ...]) -> None:
                self.change(each[(2 * made.walks + part) % len(EACH)])

            @rule(request=REQUESTS)
            def change(self, request: dict[str, Any]) -> None:
                if self.goes_on:
                    self.goes_on = made.change(request) and made.revisions < wanted

        Walk.TestCase.settings = settings(
            phases=[Phase.generate], max_examples=max(10, wanted), stateful_step_count=14, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        run_state_machine_as_test(seed(part)(Walk))
        return made


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"kind": "add_index", "table": "r", "columns": ["e", "ref"]}, "cannot be compared"),
        ({"kind": "change_type", "table": "r", "column": "ref", "type": "varchar(80)"}, "r_ref_fkey, to integer"),
    ],
)
def test_what_a_walk_has_found_is_refused_now(server: Any, database: str, request_: dict[str, Any], words: str) -> None:
    with server.connect(database) as connection:
        connection.execute(BEFORE)
    with pytest.raises(Refusal) as refused:
        draft([from_json(request_)], catalog(server, database), version=180000)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("part", "begun"), [(1, {"move_column", "merge_tables"}), (2, {"split_table", "partition_table"})], ids=["1", "2"]
)
def test_random_changes_come_back(server: Any, request: pytest.FixtureRequest, part: int, begun: set[str]) -> None:
    """Half of the round trips of a run in each part: they may go on at the same time."""
    wanted = request.config.getoption("--trips") // 2
    made = _trips(server, wanted, part)
    assert made.revisions >= wanted > made.changes > wanted / 4
    assert begun <= made.kinds or made.walks <= len(EACH) / 2  # too few walks to begin with each


SPLIT = {"kind": "split_table", "table": "q", "columns": ["s"], "to": "half", "key": ["q_id"]}
MERGE = {"kind": "merge_tables", "table": "h", "into": "q"}
MOVE = {"kind": "move_column", "table": "q", "to": "h"}
PARTED = {"kind": "partition_table", "table": "w", "column": "at", "name": "w_old", "end": "2027-01-01", "rest": "w_rest",
          "partitions": [{"name": "w_2027", "start": "2027-01-01", "end": "2028-01-01"}]}  # fmt: skip


@pytest.mark.parametrize(
    "walk",
    [(SPLIT, MERGE, {**MERGE, "table": "half"}, PARTED), ({**MOVE, "column": "s"}, {**MOVE, "column": "t"}, MERGE, SPLIT)],
    ids=["merged again", "split again"],
)
def test_a_walk_over_two_tables_comes_back(server: Any, walk: tuple[dict[str, Any], ...]) -> None:
    """What chance draws too seldom to rely on: the same walk each time, each change on what the one before it left."""
    with ground(server, BEFORE) as made:
        made.lay()
        assert [made.change(one) for one in walk] == [True] * len(walk)
        assert made.changes == len(walk)


def test_some_walks_as_alembic_runs_them(server: Any) -> None:
    """The same through Alembic's own operations, on a database each."""
    assert _property(server, 4, 3) > 2


@pytest.mark.parametrize(
    ("up", "back"),
    [
        ("CREATE INDEX r_new ON r (f)", "SELECT 1"),
        ("UPDATE r SET a = a + 1", "SELECT 1"),
        ("ALTER TABLE r DROP COLUMN d", "ALTER TABLE r ADD COLUMN d timestamp"),
    ],
)
def test_a_way_back_that_is_none_is_seen(server: Any, up: str, back: str) -> None:
    """An index that stays, values that stay changed, a column that comes back empty."""
    with ground(server, BEFORE) as made:
        made.lay()
        with pytest.raises(AssertionError, match="planted"):
            made.trip(Draft("expand", "planted", (step(f"op.execute({up!r})", "expand", undo=f"op.execute({back!r})"),)))
