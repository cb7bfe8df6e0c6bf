"""What reading tells and what a proof saw are one list of findings: confirmed, refuted with the evidence, or left alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from check_project import with_settings
from tiny_project import TABLE, Tiny

from pgwright.hazards.join import Seen, joined
from pgwright.hazards.rules import BY_SLUG
from pgwright.project import find
from pgwright.step import Finding, Lock, Observed, Rows
from pgwright.verbs_check import check

# made so that reading cannot tell whether it is volatile
HELPER = "DO $x$ BEGIN EXECUTE format('CREATE FUNCTION %I() RETURNS int IMMUTABLE RETURN 1', 'one'); END $x$"


NAME = "c3 üb(er)"  # an id is anything that people write; the file of its proof is named otherwise


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    tiny = Tiny(tmp_path_factory.mktemp("joined"))
    tiny.add("a1", *TABLE)
    tiny.add("b2", f'op.execute("""{HELPER}""")', 'op.execute("DROP FUNCTION one()")')
    tiny.add(NAME, 'op.create_index("i", "customers", ["mail"])', 'op.drop_index("i", "customers")')
    tiny.add(
        "d4",
        'op.execute("ALTER TABLE customers ADD COLUMN c int DEFAULT one()")',
        'op.drop_column("customers", "c")',
    )
    return tiny


def one(tiny: Tiny, revision: str, rule: str) -> Finding:
    (found,) = (f for f in check(find(tiny.root), [revision]).findings if f.rule == rule)
    return found


def test_reading_then_proof_then_another_text(proven: Tiny) -> None:
    """In one go, because a proof takes its time."""
    before = one(proven, NAME, "index-blocking"), one(proven, "d4", "add-column-rewrite")
    assert [f.confidence for f in before] == ["read", "read"]
    assert before[1].severity == "warning" and "Reading cannot tell" in before[1].why

    assert {proof.verdict for proof in proven.prove().values()} == {"proven"}
    confirmed, refuted = one(proven, NAME, "index-blocking"), one(proven, "d4", "add-column-rewrite")
    assert (confirmed.confidence, confirmed.severity) == ("measured", "error")
    assert "Seen by prove: ShareLock on public.customers over" in confirmed.why
    assert (refuted.confidence, refuted.severity) == ("measured", "info")
    assert "Not so when it was proven: no table was written anew." in refuted.why
    for_older = with_settings(find(proven.root), majors=[15])
    (other,) = (f for f in check(for_older, ["d4"]).findings if f.rule == "add-column-rewrite")
    assert other.severity == "warning"  # the proof ran on another major

    file = proven.root / "alembic" / "versions" / f"{NAME}.py"
    file.write_text(file.read_text().replace('["mail"]', '["mail", "id"]'))
    assert one(proven, NAME, "index-blocking").confidence == "read"  # the proof is about another text


def finding(rule: str, statement: str, phase: str = "upgrade") -> Finding:
    made = BY_SLUG[rule]
    return Finding(rule, made.code, made.severity, "read", "m", "w", phase=phase, statement=statement)  # type: ignore[arg-type]


LOCK = (Lock("public.t", "AccessExclusiveLock"),)
FILLED = {"public.t": 50}


def joined_with(one: Finding, *messages: Observed, filled: dict[str, int] = FILLED) -> Finding:
    return joined([one], Seen(messages, filled), BY_SLUG)[0]


def test_a_lock_of_an_earlier_statement_of_the_transaction_counts() -> None:
    sql = "UPDATE t SET a = 1"
    first = Observed("ALTER TABLE t ADD b int", locks=LOCK, transaction=1)
    work = Observed(sql, locks=(Lock("public.t", "RowExclusiveLock"),), rows=(Rows("public.t", 50, 50),), transaction=1)
    told = finding("work-after-lock", sql)
    assert joined_with(told, first, work).why.endswith(
        "AccessExclusiveLock on public.t over all 50 rows of public.t."
    )
    twice = replace(work, rows=(Rows("public.t", 100, 50),))  # two scans of the table
    assert joined_with(told, first, twice).why.endswith("over all 50 rows of public.t.")
    apart = Observed(sql, locks=work.locks, rows=work.rows, transaction=2)
    assert joined_with(told, first, apart).severity == "info"


def test_what_was_not_looked_at_is_left_alone() -> None:
    sql = "CREATE INDEX i ON t (a)"
    told = finding("index-blocking", sql)
    assert joined_with(told, Observed(sql)) == told  # not traced
    assert joined_with(told, Observed("SELECT 1", locks=LOCK)) == told  # another statement
    assert joined_with(told, Observed(sql, locks=LOCK), filled={}) == told  # nothing was in the table
    assert joined_with(told, Observed(sql, locks=LOCK), Observed(sql, locks=LOCK)) == told  # which of the two


def test_an_error_confirms() -> None:
    sql = "ALTER TABLE t ADD c int NOT NULL"
    told = finding("add-required-column", sql)
    assert "refused it with 23502" in joined_with(told, Observed(sql, error="23502")).why
    assert joined_with(told, Observed(sql, locks=LOCK)).severity == "info"


@pytest.mark.parametrize("rule", [slug for slug, rule in BY_SLUG.items() if not rule.can_be_allowed])
def test_lost_data_and_authorisation_are_never_refuted(rule: str) -> None:
    sql = "DROP TABLE t"
    told = finding(rule, sql)
    assert joined_with(told, Observed(sql, locks=LOCK)) == told


def test_a_proof_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    tiny = Tiny(tmp_path).add("a1", *TABLE).add("b2", 'op.create_index("i", "customers", ["mail"])', "pass")
    kept = tmp_path / ".pgwright" / "proofs"
    kept.mkdir(parents=True)
    for text in ("", "[]", "{}", '{"identity": {"ast": "other"}}', '{"identity": null, "messages_up": 3}'):
        (kept / "b2.json").write_text(text)
        assert one(tiny, "b2", "index-blocking").confidence == "read"
