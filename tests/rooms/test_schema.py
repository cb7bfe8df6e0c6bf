"""The catalog reader, the difference and the fingerprint: everything is seen, and weighed as a proof needs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgwright.schema.catalog import capture
from pgwright.schema.diff import describe, diff
from pgwright.schema.fingerprint import fingerprint
from pgwright.schema.model import Column, Constraint, Index, Relation, Schema, Thing

ZOO = Path(__file__).with_name("schema_zoo.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def zoo(server) -> Iterator[Schema]:
    server.create("zoo")
    with server.connect("zoo") as conn:
        conn.execute(ZOO)
        yield capture(conn).schema
        conn.execute("DROP OWNED BY zoo_reader; DROP ROLE zoo_reader")
    server.drop("zoo")


def table(schema: Schema, name: str) -> Relation:
    found = schema.relation(f"zoo.{name}")
    assert found is not None
    return found


def test_relations_of_every_kind(zoo: Schema) -> None:
    assert {r.qualified: r.kind for r in zoo.relations} == {
        "zoo.abroad": "foreign table",
        "zoo.animal": "table",
        "zoo.called": "view",
        "zoo.counted": "materialized view",
        "zoo.keeper": "table",
        "zoo.scratch": "table",
        "zoo.visit": "partitioned table",
        "zoo.visit_2020": "table",
        "zoo.young": "table",
    }
    assert table(zoo, "scratch").persistence == "unlogged"
    assert table(zoo, "visit").partition_key == "RANGE (at)"
    assert table(zoo, "visit_2020").partition_bound == "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')"
    assert table(zoo, "young").inherits == ("zoo.keeper",)
    assert table(zoo, "abroad").options == ("kind=x", "server=elsewhere")
    assert "FROM zoo.animal" in (table(zoo, "called").definition or "")
    assert table(zoo, "called").options == ("security_barrier=true",)


def test_a_table_and_all_that_hangs_on_it(zoo: Schema) -> None:
    animal = table(zoo, "animal")
    assert (animal.comment, animal.options, animal.replica_identity) == ("kept here", ("fillfactor=70",), "full")
    assert (animal.row_security, animal.force_row_security) == (True, True)
    assert [c for c in animal.grants if "zoo_reader" in c] == ["zoo_reader=r/postgres", "mood: zoo_reader=w/postgres"]
    assert table(zoo, "keeper").grants == ()  # granted and revoked: as if nothing had been
    [policy], [trigger], [rule] = animal.policies, animal.triggers, table(zoo, "keeper").rules
    assert (policy.command, policy.permissive, policy.roles) == ("UPDATE", False, ("zoo_reader",))
    assert (policy.using, policy.check) == ("(keeper = 1)", "(keeper = 2)")
    assert "UPDATE OF keeper ON zoo.animal" in trigger.definition and trigger.enabled == "enabled"
    assert rule.name == "quiet"


def test_columns(zoo: Schema) -> None:
    animal = {c.name: c for c in table(zoo, "animal").columns}
    name = animal["Name"]
    assert (name.type, name.not_null, name.collation, name.storage) == ("character varying(40)", True, "zoo.plain", "external")
    assert (name.comment, name.statistics_target, name.position) == ("as called", 30, 2)
    assert animal["id"].default == "nextval('zoo.animal_id_seq'::regclass)"
    assert (animal["mood"].default, animal["twice"].generated) == ("'low'::zoo.mood", "stored")
    told = ("moods", "age", "pair", "span", "keeper")
    assert {n: (c.type_kind, c.type_oid_name) for n, c in animal.items() if n in told} == {
        "moods": ("array", "zoo.mood"),
        "age": ("domain", "zoo.age"),
        "pair": ("composite", "zoo.pair"),
        "span": ("range", "zoo.span"),
        "keeper": ("base", "pg_catalog.int4"),
    }
    keeper = {c.name: c.position for c in table(zoo, "keeper").columns}
    assert keeper == {"id": 1, "left_at": 2, "mail": 3}  # ranks have no gap where a column was dropped
    assert table(zoo, "keeper").column("id") is not None and table(zoo, "keeper").columns[0].identity == "always"


def test_not_null_names_from_18_on(zoo: Schema) -> None:
    column = table(zoo, "animal").column("Name")
    assert column is not None and column.not_null_valid
    assert column.not_null_name == ("animal_Name_not_null" if zoo.version >= 180000 else None)


def test_constraints(zoo: Schema) -> None:
    animal = {c.name: c for c in table(zoo, "animal").constraints}
    kept = animal["kept"]
    assert (kept.kind, kept.columns) == ("foreign key", ("keeper",))
    assert (kept.references, kept.referenced_columns) == ("zoo.keeper", ("id",))
    assert (kept.on_delete, kept.on_update, kept.comment, kept.index) == ("SET NULL", "CASCADE", "by whom", None)
    assert (animal["later"].validated, animal["later"].expression) == (False, "(keeper > 0)")
    assert (animal["apart"].kind, animal["animal_pk"].index) == ("exclusion", "animal_pk")
    mail = table(zoo, "keeper").constraint("one_mail")
    assert mail is not None and (mail.deferrable, mail.deferred, mail.columns) == (True, True, ("mail",))


def test_indexes(zoo: Schema) -> None:
    found = {i.name: i for i in table(zoo, "animal").indexes}
    by_name = found["by_name"]
    assert by_name.keys == ('lower(("Name")::text)', "keeper") and by_name.include == ("mood",)
    assert (by_name.predicate, by_name.has_expressions, by_name.comment) == ("(keeper > 5)", True, "fast")
    assert (found["by_pattern"].keys, found["by_pattern"].opclasses) == (("Name",), ("varchar_pattern_ops",))
    assert (found["animal_pk"].is_primary, found["animal_pk"].constraint) == (True, "animal_pk")
    assert found["apart"].method == "gist"


def test_things(zoo: Schema) -> None:
    things = {(t.kind, t.identity): t for t in zoo.things}
    assert things["enum", "zoo.mood"]["labels"] == '["low", "middle", "high"]'
    assert things["domain", "zoo.age"]["constraints"] == '[["sane","CHECK ((VALUE < 200))",null]]'
    assert json.loads(things["composite type", "zoo.pair"]["attributes"] or "") == [
        ["x", "integer", None, None],
        ["y", "text", None, None],
    ]
    assert things["sequence", "zoo.animal_id_seq"]["owned_by"] == "zoo.animal.id"
    assert things["sequence", "zoo.tickets"]["increment"] == "5"
    assert things["schema", "zoo"]["comment"] == "animals"
    assert things["publication", "zoo_news"]["tables"] == "zoo.keeper; zoo.young"
    assert things["statistics", "zoo.related"]["table"] == "zoo.animal"
    others = {
        ("range type", "zoo.span"), ("function", "zoo.double(x integer)"), ("procedure", "zoo.feed()"),
        ("aggregate", "zoo.total(integer)"), ("event trigger", "zoo_watch"), ("role", "zoo_reader"),
        ("collation", "zoo.plain"), ("server", "elsewhere"), ("default privileges", "postgres in zoo tables"),
    }  # fmt: skip
    assert others <= things.keys()
    assert not [key for key in things if "pgwright" in key[1] or "away" in key[1]]


def test_in_name_order(zoo: Schema) -> None:
    assert list(zoo.relations) == sorted(zoo.relations, key=lambda r: (r.schema, r.name))
    for relation in zoo.relations:
        for part in ("columns", "constraints", "indexes", "triggers", "policies", "rules"):
            names = [p.name for p in getattr(relation, part)]
            assert names == sorted(names)


class Counting(psycopg.Cursor):
    """A cursor that counts messages."""

    count = 0

    def execute(self, *args, **kwargs):
        Counting.count += 1
        return super().execute(*args, **kwargs)


def test_at_most_twelve_queries(server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE one (id bigserial PRIMARY KEY)")
        conn.cursor_factory = Counting
        Counting.count = 0
        first = capture(conn)
        assert Counting.count + 2 <= 12  # with BEGIN and COMMIT
        Counting.count = 0
        assert capture(conn, first) is first
        assert Counting.count <= 3  # settings, scope, markers
        assert conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_members_of_extensions_are_left_out(server, database: str) -> None:
    with server.connect(database) as conn:
        before = capture(conn)
        try:
            conn.execute("CREATE EXTENSION pg_trgm")
        except psycopg.Error as error:
            pytest.skip(str(error))
        after = capture(conn, before)
    [difference] = diff(before.schema, after.schema)
    assert (difference.object, difference.kind, difference.weight) == ("extension", "extra", "reported")
    assert not difference.refutes and fingerprint(before.schema) == fingerprint(after.schema)


def test_two_equal_databases_are_equal_whatever_the_order(server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE a (x int, y int); CREATE TABLE b (z int); CREATE INDEX i ON a (x); CREATE INDEX j ON a (y)")
        one = capture(conn).schema
        conn.execute("DROP TABLE a, b; CREATE TABLE b (z int); CREATE TABLE a (x int, y int)")
        conn.execute("CREATE INDEX j ON a (y); CREATE INDEX i ON a (x)")
        assert capture(conn).schema == one


def test_a_column_that_came_back_at_the_end_is_a_matter_of_order(server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE t (a int, b text, c date)")
        before = capture(conn)
        conn.execute("ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a int")
        after = capture(conn, before)
    found = diff(before.schema, after.schema)
    assert found and {d.weight for d in found} == {"order"}
    assert fingerprint(before.schema) == fingerprint(after.schema)


@pytest.mark.parametrize(
    ("statement", "said", "weight"),
    [
        ("ALTER TABLE t RENAME CONSTRAINT k TO l", "constraint public.t.k is now named l", "name"),
        ("ALTER INDEX i RENAME TO j", "index public.t.i is now named j", "name"),
        ("ALTER TABLE t ALTER a SET DEFAULT 5", "column public.t.a: default was none, is 5", "semantic"),
        ("ALTER TABLE t ALTER a TYPE bigint", "column public.t.a: type was integer, is bigint", "semantic"),
        ("ALTER TABLE t DROP b", "column public.t.b is missing: text NOT NULL", "semantic"),
        ("DROP TABLE u", "table public.u is missing", "semantic"),
        ("CREATE TABLE v (id serial)", "table public.v is extra", "semantic"),
        ("ALTER TYPE e ADD VALUE 'y'", 'enum public.e: labels was ["x"], is ["x", "y"]', "semantic"),
        ("DROP INDEX i", "index public.t.i is missing: CREATE INDEX i ON public.t USING btree (a)", "semantic"),
    ],
)
def test_described(server, database: str, statement: str, said: str, weight: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TYPE e AS ENUM ('x'); CREATE TABLE u (id serial)")
        conn.execute("CREATE TABLE t (a int, b text NOT NULL, CONSTRAINT k CHECK (a > 0)); CREATE INDEX i ON t (a)")
        before = capture(conn)
        conn.execute(statement)
        found = diff(before.schema, capture(conn, before).schema)
    assert (said, weight) in [(describe(d), d.weight) for d in found]
    assert len(found) == 1 or "TYPE bigint" in statement


def test_what_belongs_to_alembic_is_left_out(server, database: str) -> None:
    ours = frozenset({"public.alembic_version"})
    with server.connect(database) as conn:
        before = capture(conn).schema
        conn.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY, n serial)")
        after = capture(conn).schema
    assert diff(before, after) and not diff(before, after, ignore=ours)
    assert fingerprint(before) != fingerprint(after)
    assert fingerprint(before, ignore=ours) == fingerprint(after, ignore=ours)


NAMES = st.sampled_from(["a", "b", "c"])
COLUMNS = st.builds(
    Column, NAMES, st.sampled_from(["int", "text"]), not_null=st.booleans(), default=st.sampled_from([None, "1"]),
    position=st.integers(1, 3), not_null_name=st.sampled_from([None, "n", "m"]), comment=st.sampled_from([None, "x"]),
)  # fmt: skip
CONSTRAINTS = st.builds(
    Constraint, NAMES, st.just("check"), st.sampled_from(["CHECK (a)", "CHECK (b)"]), validated=st.booleans(),
    index=st.sampled_from([None, "i"]),
)  # fmt: skip


def index(name: str, key: str, constraint: str | None) -> Index:
    return Index(name, f"CREATE INDEX {name} ON t ({key})", "btree", False, True, (key,), constraint=constraint)


INDEXES = st.builds(index, NAMES, st.sampled_from("ab"), st.sampled_from([None, "k"]))


def by_name(parts):
    return st.lists(parts, max_size=2, unique_by=lambda p: p.name).map(lambda found: tuple(sorted(found, key=lambda p: p.name)))


RELATIONS = st.builds(
    Relation, st.just("public"), NAMES, st.just("table"), by_name(COLUMNS), by_name(CONSTRAINTS), by_name(INDEXES),
    row_security=st.booleans(),
)  # fmt: skip
THINGS = st.builds(Thing, st.sampled_from(["enum", "sequence"]), NAMES, st.sampled_from([(), (("x", "1"),), (("x", "2"),)]))
SCHEMAS = st.builds(
    Schema, by_name(RELATIONS), st.lists(THINGS, max_size=2, unique_by=lambda t: (t.kind, t.identity)).map(tuple)
)  # fmt: skip


@given(SCHEMAS, SCHEMAS)
def test_fingerprints_are_equal_exactly_when_nothing_refutes(a: Schema, b: Schema) -> None:
    assert (fingerprint(a) == fingerprint(b)) == (not any(d.refutes for d in diff(a, b)))


@given(SCHEMAS, SCHEMAS)
def test_what_is_missing_one_way_is_extra_the_other_way(a: Schema, b: Schema) -> None:
    swapped = {"missing": "extra", "extra": "missing"}
    there = sorted((swapped.get(d.kind, d.kind), d.object, d.what, d.weight) for d in diff(a, b))
    assert there == sorted((d.kind, d.object, d.what, d.weight) for d in diff(b, a))
    assert diff(a, replace(a)) == ()


ELSEWHERE = {"schema", "name", "position", "not_null_name"}  # the identity, and what does not refute
ELSEWHERE |= {"columns", "constraints", "indexes", "triggers", "policies", "rules"}


@pytest.mark.parametrize("kind", [Column, Relation], ids=lambda k: k.__name__)
def test_every_field_counts(kind: type) -> None:
    """A field that is added to the model later is seen by both, without a list that could be forgotten."""
    relation = Relation("public", "t", "table", columns=(Column("a", "int"),))
    for field in fields(kind):
        if field.name in ELSEWHERE or not field.compare:
            continue
        mark = ("other",) if field.name in ("inherits", "options", "grants") and kind is Relation else "other"
        other = replace(relation, columns=(replace(relation.columns[0], **{field.name: mark}),)) if kind is Column else None
        other = other or replace(relation, **{field.name: mark})
        a, b = Schema((relation,)), Schema((other,))
        assert [d.what for d in diff(a, b)] == [field.name], field.name
        assert fingerprint(a) != fingerprint(b)
