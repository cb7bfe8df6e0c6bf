"""The copy that is brought along: afterwards it holds the rows of the bare database and no others."""

from __future__ import annotations

import pytest
from test_trial import sql
from tiny_project import Tiny

from pgwright import verbs
from pgwright.event import silent
from pgwright.project import find
from pgwright.schema.catalog import capture
from pgwright.schema.diff import diff
from pgwright.shadow.contents import Contents, contents, copied
from pgwright.shadow.rows import row_state
from pgwright.shadow.server import Server
from pgwright.shadow.twin import WORK, Twin

SCHEMA = """
CREATE TABLE owners (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Full Name" text,
    size int GENERATED ALWAYS AS (2) STORED);
CREATE TABLE notes (id serial PRIMARY KEY, owner int REFERENCES owners DEFERRABLE, parent int REFERENCES notes, words text[]);
CREATE TABLE parts (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE SEQUENCE called; CREATE SEQUENCE untouched;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
CREATE TRIGGER keep BEFORE DELETE ON notes FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE RULE stay AS ON DELETE TO owners DO INSTEAD NOTHING;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;
INSERT INTO owners ("Full Name") VALUES (E'tab\\tand \\\\N'), (NULL);
INSERT INTO notes (owner, parent, words) VALUES (1, NULL, '{a,"b,c"}'), (2, 1, NULL);
INSERT INTO parts VALUES (1, '2026-05-05'); SELECT nextval('called');
"""
SEEDED = """
INSERT INTO owners ("Full Name") SELECT 'seeded' FROM generate_series(1, 5);
UPDATE notes SET words = '{changed}', parent = 2; INSERT INTO notes (owner) VALUES (4);
INSERT INTO parts VALUES (2, '2026-06-06');
SELECT setval('called', 500), nextval('untouched');
"""
ONCE = (
    "CREATE FUNCTION once() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN DROP TRIGGER once ON notes; DROP FUNCTION once(); RETURN NULL; END $$"
)
TABLES = ("public.owners", "public.notes", "public.parts", "public.parts_2026")


def test_the_copy_gets_the_rows_and_the_sequences_of_the_source_and_no_others(server: Server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute(SCHEMA.encode())
    server.create("twin", template=database)
    with server.connect(database) as source, server.connect("twin") as target:
        target.execute(SEEDED.encode())
        schema = capture(source).schema
        before, held = row_state(source, schema, TABLES), contents(source, schema)
        assert row_state(target, schema, TABLES) != before
        assert copied(source, target, schema, held) is not None
        assert row_state(target, schema, TABLES) == before == row_state(source, schema, TABLES)
        assert contents(target, schema).sequences == held.sequences
        assert capture(target).schema == schema
    server.drop("twin")


def test_a_table_that_nobody_wrote_to_is_left_alone(server: Server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute(SCHEMA.encode())
    server.create("twin", template=database)
    with server.connect(database) as source, server.connect("twin") as target:
        schema = capture(source).schema
        held = contents(source, schema)
        known = copied(source, target, schema, held)
        assert known is not None and set(known) == {"public.owners", "public.notes", "public.parts_2026"}
        stood = dict(target.execute("SELECT id, xmin FROM owners").fetchall())
        target.execute("UPDATE notes SET words = '{changed}' WHERE id = 1; DELETE FROM parts")
        source.execute("INSERT INTO notes (owner) VALUES (1)")
        known = copied(source, target, schema, contents(source, schema), known)
        assert dict(target.execute("SELECT id, xmin FROM owners").fetchall()) == stood
        assert row_state(target, schema, TABLES) == row_state(source, schema, TABLES)
        for side in (source, target):  # the same change on both sides, with a value of its own on each
            side.execute("ALTER TABLE owners ADD COLUMN at timestamptz DEFAULT now()")
        schema = capture(source).schema
        assert copied(source, target, schema, contents(source, schema), known) is not None
        assert row_state(target, schema, TABLES) == row_state(source, schema, TABLES)
        assert dict(target.execute("SELECT id, xmin FROM owners").fetchall()).keys() == stood.keys()
    server.drop("twin")


def test_a_large_database_is_not_copied_row_by_row(server: Server, database: str) -> None:
    with server.connect(database) as conn:
        schema = capture(conn).schema
        assert copied(conn, conn, schema, Contents({}, 1 << 30, {})) is None


def test_a_rebuild_removes_roles_although_the_copy_used_them(tiny: Tiny) -> None:
    """The fourth revision needs a row: the bare database has none, is built anew and does not get there."""
    tiny.add("a1", sql("CREATE TABLE notes (id int PRIMARY KEY, words text)"), sql("DROP TABLE notes"))
    tiny.add("b2", sql("CREATE ROLE twin_reader", "GRANT SELECT ON notes TO twin_reader"),
             sql("REVOKE ALL ON notes FROM twin_reader", "DROP ROLE twin_reader"))  # fmt: skip
    tiny.add("c3", sql("ALTER TABLE notes ADD more int"), sql("ALTER TABLE notes DROP more"))
    first = 'op.get_bind().execute(sa.text("SELECT id FROM notes LIMIT 1")).scalar_one()'
    tiny.add("d4", f"{first}; " + sql("ALTER TABLE notes ADD last int"), sql("ALTER TABLE notes DROP last"))
    tiny.add("e5", sql("ALTER TABLE notes ADD most int"), sql("ALTER TABLE notes DROP most"))
    found = {revision: proof.verdict for revision, proof in tiny.prove().items()}
    assert found == {"a1": "proven", "b2": "proven", "c3": "proven", "d4": "refuted", "e5": "unproven"}


def test_the_copy_of_a_failed_attempt_is_not_taken_for_the_one_that_decided(tiny: Tiny) -> None:
    """The second revision is proven without rows, after attempts with rows that stopped half way."""
    tiny.add("a1", sql("CREATE TABLE notes (id int PRIMARY KEY, info text)"), sql("DROP TABLE notes"))
    rows = 'op.get_bind().execute(sa.text("SELECT info FROM notes"))'
    read = f'import json; [json.loads(row.info)["must be here"] for row in {rows}]'
    tiny.add("b2", sql("ALTER TABLE notes ADD more int") + "; " + read, sql("ALTER TABLE notes DROP more"))
    tiny.add("c3", sql("ALTER TABLE notes ADD most int"), sql("ALTER TABLE notes DROP most"))
    found = tiny.prove()
    assert (found["b2"].seeded, found["c3"].seeded) == ((), (("public.notes", 7),))
    assert {p.verdict for p in found.values()} == {"proven"}, {r: p.reasons for r, p in found.items()}


@pytest.mark.parametrize(("more", "is_kept"), [("", True), ("DROP INDEX by_owner", False), ("DROP TYPE mood", False)])
def test_a_trigger_that_drops_itself_is_put_back_on_the_copy(tiny: Tiny, more: str, is_kept: bool) -> None:
    """Else every revision after it would need a copy of its own. Whatever else differs, the copy goes."""
    tiny.add("a1", sql("CREATE TABLE notes (id serial PRIMARY KEY, body text)"), sql("DROP TABLE notes"))
    fires = "CREATE TRIGGER once AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION once()"
    others = ("CREATE INDEX by_owner ON notes (body)", "CREATE TYPE mood AS ENUM ('good')")
    tiny.add("b2", sql(ONCE, fires, *others), sql("SELECT 1"))
    with verbs.session(find(tiny.root), verbs.Wish(), 2, silent, keep=False) as (stage, lineage):
        assert lineage.advance(lineage.order) is None
        twin = Twin(stage, lineage)
        before = twin.fresh()
        with stage.connected(WORK) as conn:
            conn.execute("INSERT INTO notes (body) VALUES ('x')")
            if more:
                conn.execute(more.encode())
        end = stage.capture(WORK, before)
        assert diff(before.schema, end.schema)
        twin.follow(end)
        assert (twin.snapshot is not None) is is_kept
        if twin.snapshot is not None:
            assert stage.capture(WORK).schema == lineage.snapshot.schema
