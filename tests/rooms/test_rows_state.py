"""Row states, their differences, and which tables a revision's source speaks of."""

from __future__ import annotations

from typing import Any

from rows_capture import captured

from pgwright.schema.model import Column, Index, Relation, Schema
from pgwright.shadow.rows import lost, row_state, touched


def state(conn: Any) -> Any:
    schema = captured(conn)
    return row_state(conn, schema, [r.qualified for r in schema.tables()])


def test_equal_states_have_no_difference_even_when_columns_move(server: Any, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE t (id int PRIMARY KEY, a text, b int)")
        conn.execute("INSERT INTO t VALUES (1, 'x', 2), (2, NULL, 3)")
        before = state(conn)
        conn.execute("ALTER TABLE t ADD a2 text; UPDATE t SET a2 = a; ALTER TABLE t DROP a")
        conn.execute("ALTER TABLE t RENAME a2 TO a")
        assert lost(before, state(conn)) == ()


def test_differences_name_the_row_and_the_value(server: Any, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE t (id int PRIMARY KEY, a text)")
        conn.execute("INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 9) g")
        before = state(conn)
        conn.execute("UPDATE t SET a = NULL WHERE id > 2; DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (10, 'new')")
        missing, added, changed = lost(before, state(conn))
        assert (missing.what, missing.count, missing.samples) == ("rows missing", 1, ("a='v1', id='1'",))
        assert (added.what, added.count) == ("rows added", 1)
        assert (changed.column, changed.count, len(changed.samples)) == ("a", 7, 5)
        assert changed.samples[0] == "id='3': a 'v3' -> NULL"
        assert str(changed).startswith("public.t: 7 values changed in a: id='3'")


def test_without_a_key_rows_are_a_multiset(server: Any, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE t (a text, b int); INSERT INTO t VALUES ('x', 1), ('x', 1), ('y', 2)")
        before = state(conn)
        conn.execute("DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t)")
        (missing,) = lost(before, state(conn))
        assert (missing.what, missing.count) == ("rows missing", 1)


def test_a_large_table_is_summed_up(server: Any, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE t (id int PRIMARY KEY, a text)")
        conn.execute("INSERT INTO t SELECT g, 'v' FROM generate_series(1, 10001) g")
        before = state(conn)
        assert before.tables[0].count == 10001
        assert before.tables[0].rows == ()
        assert lost(before, state(conn)) == ()
        conn.execute("UPDATE t SET a = 'w' WHERE id = 5000")
        (changed,) = lost(before, state(conn))
        assert (changed.what, changed.column) == ("values changed", "a")


def test_what_the_revision_filled_by_itself_may_differ_between_runs(server: Any, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), a text)")
        conn.execute("ALTER TABLE t ADD at timestamptz DEFAULT now()")
        conn.execute("INSERT INTO t (a) VALUES ('old')")
        given = state(conn)
        runs = []
        for _ in range(2):
            conn.execute("INSERT INTO t (a) VALUES ('new'); ALTER TABLE t ADD made timestamptz NOT NULL DEFAULT now()")
            runs.append(state(conn))
            conn.execute("ALTER TABLE t DROP made; DELETE FROM t WHERE a = 'new'")
        assert lost(runs[0], runs[1], given) == ()
        assert lost(runs[0], runs[1]) != ()
        conn.execute("UPDATE t SET at = '2000-01-01'; ALTER TABLE t ADD made timestamptz")
        conn.execute("INSERT INTO t (a) VALUES ('new')")
        (changed,) = lost(runs[0], state(conn), given)
        assert changed.column == "at"


def test_touched_reads_strings_only() -> None:
    def table(name: str, *columns: Column, index: str = "") -> Relation:
        indexes = (Index(index, "", "btree", False, True, ("a",)),) if index else ()
        return Relation("public", name, "table", columns=columns, indexes=indexes)

    mood = Column("m", "mood", type_kind="enum", type_oid_name="public.mood")
    view = Relation("public", "v", "view", definition="SELECT * FROM hidden")
    schema = Schema(
        (table("users"), table("orders", index="ix_o"), table("felt", mood), table("other"), table("hidden"), view)
    )
    source = '''
"""Nothing about other."""
name = "users"
op.execute(f"UPDATE {name} SET a = 1")
op.drop_index("ix_o")
op.execute("ALTER TYPE mood ADD VALUE 'x'")
other.hidden()
'''
    assert touched(source, schema) == {"public.users", "public.orders", "public.felt"}
    assert touched("x = 'DROP VIEW v'", schema) == {"public.hidden"}
    assert touched("", schema, 'TABLE = "other"') == {"public.other"}
    assert touched("def broken( users", schema) == {"public.users"}


def test_a_json_document_that_is_spelled_otherwise_is_the_same(server: Any, database: str) -> None:
    """What Python's json writes back is no other value: json keeps the text as it came, and jsonb at least 1.50."""
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE t (id int PRIMARY KEY, doc json); CREATE TABLE bag (doc jsonb)")
        conn.execute("""INSERT INTO t VALUES (1, '{"n":1, "ä": "ä"}'), (2, '{"a": 1, "a": 2}'), (3, '[1.50, 1e2]')""")
        conn.execute("INSERT INTO t VALUES (4, NULL)")
        conn.execute("INSERT INTO bag SELECT doc FROM t")
        before = state(conn)
        conn.execute(r"""UPDATE t SET doc = '{"\u00e4":"\u00e4","n": 1}' WHERE id = 1""")
        conn.execute(r"""UPDATE bag SET doc = '{ "ä": "\u00e4", "n": 1}' WHERE doc::text LIKE '%n%'""")
        conn.execute("UPDATE t SET doc = '[1.5, 100]' WHERE id = 3")
        conn.execute("UPDATE bag SET doc = '[1.5, 100]' WHERE doc::text LIKE '[%'")
        assert lost(before, state(conn)) == ()
        conn.execute("""UPDATE t SET doc = '{"a": 2}' WHERE id = 2; UPDATE t SET doc = '[1.5, 100.1]' WHERE id = 3""")
        conn.execute("""UPDATE t SET doc = '{}' WHERE id = 4""")
        (changed,) = lost(before, state(conn))
        assert (changed.column, changed.count) == ("doc", 3)
