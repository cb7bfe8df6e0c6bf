"""The decision matrix: what each kind of step needs, read from statements and from what a server was seen to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk_samples import PROVEN

from pgwright.design.registry import RECIPES
from pgwright.design.request import from_json
from pgwright.gate.approval_refusals import PolicyTooLoose
from pgwright.gate.kinds import kinds_of, of_message
from pgwright.gate.policy import BY_KIND, DEFAULT, RULES, TIERS, decide, policy_of
from pgwright.project import find
from pgwright.step import Lock, Observed, Rows
from pgwright.verbs import outstanding

MATRIX = [
    ("SELECT 1", "independent"),
    ("EXPLAIN SELECT 1", "independent"),
    ("EXPLAIN ANALYZE DELETE FROM t", "human"),
    ("SET lock_timeout = '1s'", "independent"),
    ("COMMENT ON TABLE t IS 'x'", "independent"),
    ("ANALYZE t", "independent"),
    ("ALTER TABLE t VALIDATE CONSTRAINT c", "independent"),
    ("CREATE TABLE t (a int PRIMARY KEY)", "ARCHITECT"),
    ("CREATE TABLE t AS SELECT 1", "ARCHITECT"),
    ("SELECT 1 INTO t", "ARCHITECT"),
    ("CREATE TYPE mood AS ENUM ('a')", "ARCHITECT"),
    ("ALTER TYPE mood ADD VALUE 'b'", "ARCHITECT"),
    ("ALTER TABLE t ADD COLUMN a int", "ARCHITECT"),
    ("ALTER TABLE t ALTER COLUMN a SET DEFAULT 1", "ARCHITECT"),
    ("ALTER TABLE t ALTER COLUMN a TYPE text", "ARCHITECT"),
    ("ALTER TABLE t ALTER COLUMN a SET NOT NULL", "ARCHITECT"),
    ("ALTER TABLE t ALTER COLUMN a DROP NOT NULL", "ARCHITECT"),
    ("ALTER TABLE t RENAME COLUMN a TO b", "ARCHITECT"),
    ("ALTER TABLE t RENAME TO u", "ARCHITECT"),
    ("ALTER INDEX i RENAME TO j", "ARCHITECT"),
    ("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u", "ARCHITECT"),
    ("ALTER TABLE t ADD UNIQUE (a)", "ARCHITECT"),
    ("ALTER TABLE t ADD CHECK (a > 0) NOT VALID", "ARCHITECT"),
    ("ALTER TABLE t DROP CONSTRAINT c", "ARCHITECT"),
    ("CREATE INDEX CONCURRENTLY i ON t (a)", "ARCHITECT"),
    ("DROP INDEX i", "ARCHITECT"),
    ("REINDEX TABLE t", "ARCHITECT"),
    ("CREATE VIEW v AS SELECT 1", "ARCHITECT"),
    ("DROP VIEW v", "ARCHITECT"),
    ("DROP FUNCTION f()", "ARCHITECT"),
    ("INSERT INTO t VALUES (1)", "ARCHITECT"),
    ("UPDATE t SET a = 1", "ARCHITECT"),
    ("DELETE FROM t", "human"),
    ("WITH gone AS (DELETE FROM t RETURNING 1) SELECT count(*) FROM gone", "human"),
    ("WITH gone AS (DELETE FROM t RETURNING a) INSERT INTO u SELECT a FROM gone", "human"),
    ("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE", "human"),
    ("TRUNCATE t", "human"),
    ("DROP TABLE t", "human"),
    ("/* tidy */ drop/**/table t", "human"),
    ("ALTER TABLE t DROP COLUMN a", "human"),
    ("ALTER TABLE t ADD COLUMN b int, DROP COLUMN a", "human"),
    ("DROP SCHEMA s CASCADE", "human"),
    ("DROP MATERIALIZED VIEW m", "human"),
    ("DROP EXTENSION x", "human"),
    ("ALTER TABLE t DETACH PARTITION p", "human"),
    ("ALTER TABLE t ADD PRIMARY KEY (a)", "human"),
    ("ALTER TABLE t ADD COLUMN id serial PRIMARY KEY", "human"),
    ("ALTER TABLE t DROP CONSTRAINT t_pkey", "human"),
    ("ALTER TABLE t DROP CONSTRAINT pk_t", "human"),
    ("VACUUM FULL t", "human"),
    ("CLUSTER t USING i", "human"),
    ("GRANT ALL ON t TO public", "human"),
    ("ALTER TABLE t OWNER TO me", "human"),
    ("CREATE ROLE me", "human"),
    ("DO $$ BEGIN EXECUTE 'TRUNCATE t'; END $$", "human"),
    ("CALL p()", "human"),
    ("this is no SQL", "human"),
    ("COMMENT ON TABLE t IS 'x'; DROP TABLE t", "human"),
]


@pytest.mark.parametrize(("statement", "tier"), MATRIX, ids=[one for one, _ in MATRIX])
def test_who_decides_over_a_statement(statement: str, tier: str) -> None:
    assert decide(of_message(Observed(statement))).tier == tier


@pytest.mark.parametrize(
    ("seen", "tier"),
    [
        (Observed("SELECT tidy_up()", drops=("table public.t",)), "human"),
        (Observed("SELECT tidy_up()", drops=("table column public.t.a",)), "human"),
        (Observed("SELECT tidy_up()", rows=(Rows("public.t", 0, 3),)), "human"),
        (Observed("ALTER TABLE t ALTER COLUMN a TYPE bigint", rewrites=("public.t",)), "human"),
        (
            Observed("UPDATE alembic_version SET version_num = 'b'", rows=(Rows("public.alembic_version", 1, 1),)),
            "independent",
        ),
        (Observed("DELETE FROM alembic_version WHERE version_num = 'b'"), "independent"),
        (Observed("UPDATE alembic_version SET version_num = 'b'", rows=(Rows("public.t", 1, 1),)), "ARCHITECT"),
        (Observed("WITH x AS (DELETE FROM t RETURNING 1) DELETE FROM alembic_version"), "human"),
        (Observed("DELETE FROM alembic_version; DELETE FROM t"), "human"),
        (Observed("TRUNCATE alembic_version", rows=(Rows("public.alembic_version", 1, 1),)), "human"),
    ],
)
def test_what_the_server_was_seen_to_do_counts_beside_the_text(seen: Observed, tier: str) -> None:
    assert decide(of_message(seen)).tier == tier


def proof(**more: Any) -> Any:
    return replace(PROVEN, messages_up=(Observed("UPDATE t SET a = 1", **more),), messages_down=(Observed("SELECT 1"),))


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"rows": (Rows("public.t", 0, 1001),)}, "many_rows"),
        ({"duration": 5.1, "locks": (Lock("public.t", "RowExclusiveLock"),)}, "long_lock"),
        ({"duration": 301.0}, "long_run"),
    ],
)
def test_thresholds_send_it_to_a_person(more: dict[str, Any], kind: str) -> None:
    decision = decide(kinds_of(proof(**more), DEFAULT))
    assert decision.tier == "human"
    assert kind in {one.kind for one in decision.steps}
    assert decide(kinds_of(proof(), DEFAULT)).tier == "ARCHITECT"


def test_going_back_in_production_is_for_a_person() -> None:
    assert decide(kinds_of(proof(), DEFAULT, direction="down")).tier == "independent"
    assert decide(kinds_of(proof(), DEFAULT, direction="down", production=True)).tier == "human"


def test_nobody_may_edit_or_delete_what_was_applied() -> None:
    assert {one.kind for one in RULES if one.tier == "forbidden"} == {
        "edited", "deleted", "direct_ddl", "unsigned_truncate", "unsigned_drop",
    }  # fmt: skip
    assert decide([("edited", "a3"), ("read", "SELECT 1")]).tier == "forbidden"


def test_every_request_that_can_be_planned_is_in_the_matrix() -> None:
    kinds = {recipe.request.kind for recipe in RECIPES}
    assert len(kinds) == len(RECIPES)
    assert kinds <= set(BY_KIND)


def test_a_kind_that_nobody_thought_of_is_a_schema_change() -> None:
    assert decide([("teleport", "x")]).words == "ARCHITECT (schema change)"
    assert decide(()).tier == TIERS[0]


# pgwright.toml


def written(tmp_path: Path, text: str) -> Any:
    (tmp_path / "alembic").mkdir()
    (tmp_path / "alembic/env.py").write_text("")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
    (tmp_path / "pgwright.toml").write_text(text)
    return policy_of(find(tmp_path).settings.policy)


def test_a_project_may_be_stricter(tmp_path: Path) -> None:
    policy = written(tmp_path, '[policy]\nrows = 10\nlock = 0.5\nquorum = 2\n[policy.tiers]\nadd_index = "human"\n')
    assert (policy.rows, policy.lock, policy.quorum, policy.run) == (10, 0.5, 2, DEFAULT.run)
    assert decide([("add_index", "x")], policy).tier == "human"
    assert decide([("add_index", "x")]).tier == "ARCHITECT"


@pytest.mark.parametrize(
    "text",
    [
        "[policy]\nrows = 100000",
        "[policy]\nlock = 60",
        "[policy]\nrows = -1",
        "[policy]\nrows = true",
        "[policy]\nquorum = 0",
        "[policy]\nquorum = 1.5",
        "[policy]\ndays = 365",
        "[policy]\ntouch = 'no'",
        "[policy]\nlocks = 1",
        '[policy.tiers]\ndrop_table = "ARCHITECT"',
        '[policy.tiers]\ndrop_table = "nobody"',
        '[policy.tiers]\nteleport = "human"',
    ],
)
def test_a_project_may_not_be_looser(tmp_path: Path, text: str) -> None:
    with pytest.raises(PolicyTooLoose, match="stricter"):
        written(tmp_path, text)


def test_the_words_of_reports_come_from_the_matrix() -> None:
    asked = [
        from_json({"kind": "add_column", "table": "t", "column": "a", "type": "text"}),
        from_json({"kind": "add_index", "table": "t", "columns": ["a"]}),
    ]
    assert outstanding(asked) == "ARCHITECT (column change, index change)"
    gone = from_json({"kind": "drop_column", "table": "t", "column": "a"})
    assert outstanding([*asked, gone]) == "human (a column and its data go)"
