"""Rows that fit: what plain rows may refute, and what only made-up values break."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_prove import Tiny, codes

from pgwright.records import Proof


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """A project with two tables."""
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "project").mkdir()
    tables = """
            CREATE TABLE notes (id int PRIMARY KEY, owner int, at timestamptz, n int, info text, kind text);
            CREATE TABLE marks (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), word text, at timestamptz)"""
    return Tiny(tmp_path / "project").add("a1", f'op.execute("""{tables}""")', 'op.execute("DROP TABLE marks, notes")')


def proof(history: Tiny, up: str, down: str = "pass", rows: str = "plain") -> Proof:
    """The proof of one more revision."""
    history.add("b2", up, down)
    return history.prove("b2", whole=False, rows=rows)["b2"]


def sql(*statements: str) -> str:
    """A body that executes the statements."""
    return "; ".join(f'op.execute("""{s}""")' for s in statements)


def python(*lines: str) -> str:
    """A body of several lines, as `Tiny.add` indents them."""
    return ("\n" + " " * 12).join(lines)


KEY = "ALTER TABLE notes ADD CONSTRAINT fk FOREIGN KEY (owner) REFERENCES owners"


def test_a_key_to_a_table_that_comes_with_the_revision(history: Tiny) -> None:
    found = proof(history, sql("CREATE TABLE owners (id int PRIMARY KEY)", KEY),
                  sql("ALTER TABLE notes DROP CONSTRAINT fk", "DROP TABLE owners"))
    assert (found.verdict, found.seeded) == ("proven", (("public.notes", 7),)), found.reasons


def test_code_that_refuses_nulls_which_the_revision_forbids(history: Tiny) -> None:
    check = 'op.get_bind().scalar(sa.text("SELECT count(*) FROM notes WHERE n IS NULL"))'
    alter = "ALTER TABLE notes ALTER n SET NOT NULL"
    up = python(f"nulls = {check}", "if nulls:", '    raise Exception("fix them first")', sql(alter))
    found = proof(history, up, sql("ALTER TABLE notes ALTER n DROP NOT NULL"))
    assert found.verdict == "proven" and found.seeded, found.reasons


def test_code_that_expects_what_nobody_can_know_of_the_data(history: Tiny) -> None:
    up = python("import json", 'for row in op.get_bind().execute(sa.text("SELECT id, info FROM notes")).all():',
                '    json.loads(row.info)["must be here"]')
    found = proof(history, up)
    assert found.verdict == "proven" and not found.seeded
    assert [(table, "must be here" in why) for table, why in found.unfilled] == [("public.notes", True)]
    assert [(f.rule, f.phase) for f in found.findings] == [("data-dependent-failure", "upgrade")]


def test_a_null_that_goes_where_none_may_be_is_a_finding(history: Tiny) -> None:
    up = sql("CREATE TABLE kept (n int NOT NULL)", "INSERT INTO kept SELECT n FROM notes")
    found = proof(history, up, sql("DROP TABLE kept"))
    assert found.verdict == "proven" and found.seeded
    assert [f.rule for f in found.findings] == ["data-dependent-failure"]


@pytest.mark.parametrize("way", ["up", "down"])
def test_a_mandatory_column_without_a_value_fails_on_any_rows(history: Tiny, way: str) -> None:
    add, drop = sql("ALTER TABLE notes ADD must int NOT NULL"), sql("ALTER TABLE notes DROP must")
    if way == "down":
        history.add("a2", sql("ALTER TABLE notes ADD must int NOT NULL"), drop)
        add, drop = drop, add
    found = proof(history, add, drop)
    assert codes(found) == [f"{way}-failed"] and found.reasons[0].sqlstate == "23502"


def test_random_ids_and_the_clock_do_not_refute(history: Tiny) -> None:
    insert = "INSERT INTO marks VALUES (gen_random_uuid(), 'ours', clock_timestamp())"
    touch = "UPDATE notes SET info = md5(random()::text) WHERE false"
    found = proof(history, sql(insert, touch), sql("DELETE FROM marks WHERE word = 'ours'"))
    assert found.verdict == "proven", found.reasons


def test_rows_deleted_and_made_again_under_another_id(history: Tiny) -> None:
    history.add("a2", sql("INSERT INTO marks (word) VALUES ('theirs')"), sql("DELETE FROM marks WHERE word = 'theirs'"))
    found = proof(history, sql("DELETE FROM marks WHERE word = 'theirs'"), sql("INSERT INTO marks (word) VALUES ('theirs')"))
    assert found.verdict == "proven", found.reasons


@pytest.mark.parametrize(
    ("up", "down", "cause"),
    [
        ("ALTER TABLE notes DROP kind", "ALTER TABLE notes ADD kind text", "the upgrade drops public.notes.kind"),
        ("DELETE FROM notes", "SELECT", "the upgrade deletes rows of public.notes"),
        ("SELECT", "DELETE FROM notes", "the downgrade deletes rows of public.notes"),
        ("UPDATE notes SET n = 5", "SELECT", "the upgrade overwrites public.notes.n"),
        ("INSERT INTO marks (word) VALUES ('left')", "SELECT", "the downgrade leaves rows in public.marks"),
        ("ALTER TABLE notes ALTER id TYPE text", "ALTER TABLE notes ALTER id TYPE int USING length(id)", ""),
        ("DROP TABLE marks", "CREATE TABLE marks (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), word text, at timestamptz)",
         "the upgrade drops public.marks: its rows cannot come back"),
    ],
)
def test_what_the_downgrade_does_not_give_back_is_named(history: Tiny, up: str, down: str, cause: str) -> None:
    found = proof(history, sql(up), sql(down))
    assert found.verdict == "refuted" and cause in found.reasons[0].cause, found.reasons
    assert all(not code.startswith("reup") for code in codes(found))


def test_a_role_made_on_a_copy_does_not_outlive_it(history: Tiny) -> None:
    up = sql("CREATE ROLE reader", "GRANT SELECT ON notes TO reader")
    history.add("b2", up, sql("REVOKE ALL ON notes FROM reader", "DROP ROLE reader"))
    history.add("c3", sql("ALTER TABLE notes ADD more int"), sql("ALTER TABLE notes DROP more"))
    found = history.prove()
    assert [p.verdict for p in found.values()] == ["proven"] * 3, [p.reasons for p in found.values()]


def test_rows_with_parents_elsewhere_beside_seeded_ones(history: Tiny) -> None:
    history.add("a2", sql("CREATE TABLE owners (id int PRIMARY KEY)", "UPDATE notes SET owner = NULL", KEY),
                sql("ALTER TABLE notes DROP CONSTRAINT fk", "DROP TABLE owners"))
    found = proof(history, sql("INSERT INTO notes (id, owner) VALUES (4711, 4711)"), sql("DELETE FROM notes WHERE id = 4711"))
    assert found.verdict == "proven" and found.seeded, found.reasons
    assert [f.rule for f in found.findings] == ["needs-existing-rows"]


def test_a_trigger_that_drops_itself_when_the_first_row_comes(history: Tiny) -> None:
    body = "BEGIN DROP TRIGGER once ON notes; RETURN NULL; END"
    trigger = "CREATE TRIGGER once AFTER INSERT ON notes FOR EACH STATEMENT EXECUTE FUNCTION once()"
    history.add("a2", sql(f"CREATE FUNCTION once() RETURNS trigger LANGUAGE plpgsql AS $${body}$$", trigger),
                sql("DROP TRIGGER IF EXISTS once ON notes", "DROP FUNCTION once"))
    found = proof(history, sql("ALTER TABLE notes ADD more int"), sql("ALTER TABLE notes DROP more"))
    assert found.verdict == "proven" and found.seeded, found.reasons
