"""apply and undo under the gate: refused, approved, edited after approval, killed and gone on with, at each tier."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from gated import Gated, refused_as
from gated import gated as gated
from gated import guarded_server as guarded_server
from gated import people as people
from target import backfill

from pgwright import project, verbs
from pgwright.desk.report import migration_report
from pgwright.gate.guard import OWNER
from pgwright.gate.guard_refusals import Refused
from pgwright.gate.unguarded import before, unguarded
from pgwright.project.kept import kept_receipts
from pgwright.run import refusals
from pgwright.run.likeness import renamed
from pgwright.schema.catalog import capture
from pgwright.schema.diff import describe, diff

At = Callable[[str], Gated]
TIERS = ("T0", "T1", "T2")


@pytest.mark.parametrize("tier", TIERS)
def test_nothing_runs_without_an_approval_and_everything_with_it(gated: At, tier: str) -> None:
    production = gated(tier)
    with pytest.raises(refusals.AwaitsApproval, match="pgwright request b2 --env production") as waits:
        production.apply()
    assert waits.value.exit_status == 3
    assert production.value("SELECT count(*) FROM information_schema.columns WHERE column_name = 'note'") == 0
    id = production.request("b2")
    with pytest.raises(refusals.AwaitsApproval, match="0 of 1"):
        production.apply("b2")
    production.sign(id)
    production.approved("c3")
    done = production.apply()
    assert [(one.revision, one.state) for one in done.receipts] == [("b2", "done"), ("c3", "done")]
    assert all(len(one.approvals) == 1 for one in done.receipts)
    if tier == "T0":
        assert not any(one.ledger for one in done.receipts)
        return
    said = production.ledger()
    assert said.count("open") == said.count("close") == 2
    heads = (production.tiny.root / ".pgwright/heads/production.txt").read_text().splitlines()
    assert heads == [one.ledger for one in done.receipts]
    found = project.find(production.tiny.root)
    number, hash = heads[-1].split()
    assert f"ledger of production after it: line {number}, `{hash}`" in migration_report(
        *verbs.latest(found), tuple(kept_receipts(found))
    )


@pytest.mark.parametrize("tier", TIERS)
def test_what_was_edited_after_the_approval_is_refused_with_its_statement(gated: At, tier: str) -> None:
    production = gated(tier)
    production.approved("b2", "c3")
    file = production.tiny.root / "alembic/versions/b2.py"
    file.write_text(file.read_text().replace("sa.Text()", "sa.Text(), server_default='x'"))
    with pytest.raises(refusals.NotProven, match="edited after the proof"):
        production.apply()
    production.prove()
    with pytest.raises(refusals.AwaitsApproval, match=r"statement . was `ALTER TABLE customers ADD COLUMN note TEXT`"):
        production.apply()
    production.approved("b2", "c3")  # c3 ends at another catalog now
    assert production.apply().after == ("c3",)


@pytest.mark.parametrize("tier", TIERS)
def test_going_back_in_production_waits_for_a_person(gated: At, tier: str) -> None:
    production = gated(tier)
    production.approved("b2", "c3")
    production.apply()
    with pytest.raises(refusals.AwaitsApproval, match=r"human \(.*production goes back.*pgwright request c3 .*--down"):
        production.undo("a1")
    production.approved("c3", "b2", direction="down")
    assert production.undo("a1").after == ("a1",)
    with pytest.raises(refusals.AwaitsApproval, match="b2"):
        production.apply()
    production.approved("b2", "c3")
    assert production.apply().after == ("c3",)


class Killed(BaseException):
    """The process ends here: nothing of the program catches it."""


def killed_at(number: int) -> Callable[[str], None]:
    """Ends the run at the point of that number."""
    left = iter(range(number, -1, -1))

    def point(name: str) -> None:
        if next(left) == 0:
            raise Killed(name)

    return point


@pytest.mark.parametrize("tier", [pytest.param("T1", marks=pytest.mark.slow), "T2"])
def test_a_run_that_ends_anywhere_goes_on_with_the_same_approval(
    gated: At, tier: str, request: pytest.FixtureRequest
) -> None:
    production = gated(tier)
    server, name = production.server, production.database
    production.approved("b2", "c3")
    server.create(f"{name}_image", name)
    try:
        for number in range(0, 100, 1 if request.config.getoption("--slow") else 3):
            server.drop(name)
            server.create(name, f"{name}_image")
            for receipt in (production.tiny.root / ".pgwright/receipts").glob("production.*"):
                receipt.unlink()
            try:
                production.apply(point=killed_at(number))
                break
            except Killed as at:
                where = str(at)
            assert production.apply().after == ("c3",), where
            assert production.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0, where
            said = production.ledger()
            assert said.count("close") == 2, (where, said)
        assert number > 15
    finally:
        server.drop(f"{name}_image")


ZOO = """
CREATE SCHEMA shop;
CREATE TYPE shop.kind AS ENUM ('a', 'b');
CREATE DOMAIN shop.code AS text CHECK (value <> '');
CREATE TABLE shop.item (id bigserial PRIMARY KEY, kind shop.kind, note text);
CREATE TABLE shop.part (id int GENERATED ALWAYS AS IDENTITY, item bigint REFERENCES shop.item);
CREATE VIEW shop.named AS SELECT id FROM shop.item;
CREATE SEQUENCE shop.numbers;
CREATE FUNCTION shop.twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2';
CREATE FUNCTION shop.open_to_all() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION shop.twice FROM PUBLIC;
GRANT SELECT ON shop.item TO reader;
GRANT SELECT (item) ON shop.part TO reader;
GRANT USAGE ON SCHEMA shop TO reader;
GRANT USAGE ON SEQUENCE shop.numbers TO reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO reader;
"""


def test_the_guard_itself_is_no_drift(gated: At) -> None:
    """Owners and access lists read the same before the guard and, taken back in the model, after it."""
    production = gated("T0")
    with production.connect() as conn:
        conn.execute("DROP TABLE customers, alembic_version; GRANT CREATE ON DATABASE " + production.database + " TO app")
        conn.execute("DO $$BEGIN IF to_regrole('reader') IS NULL THEN CREATE ROLE reader; END IF; END$$")
        conn.execute("SET ROLE app")
        conn.execute(ZOO)
        conn.execute("RESET ROLE")
        before_it = renamed(capture(conn).schema, "app", "postgres")
        conn.execute("REVOKE CREATE ON DATABASE " + production.database + " FROM app")
    production.lay("T2")
    with production.connect() as conn:
        moved = conn.execute("SELECT kind, identity, owner FROM pgwright.moved").fetchall()
        seen = renamed(unguarded(capture(conn).schema, before(moved)), OWNER, "postgres")
    told = [describe(one) for one in diff(before_it, seen) if one.refutes and one.object != "role"]
    assert told == []


def test_a_backfill_in_a_guarded_database(gated: At) -> None:
    """Batches are rows, not schema: the signed statement is their form, and the version moves in the approved run."""
    production = gated("T2")
    production.approved("b2", "c3")
    production.apply()
    backfill(production, "d4", "customers", "note", "'none'", "note IS NULL")
    production.prove()
    production.approved("d4")
    with production.connect() as conn:
        conn.execute("INSERT INTO customers SELECT g, 'x' FROM generate_series(1, 2000) g")
    [receipt] = production.apply().receipts
    assert (receipt.kind, receipt.state, receipt.steps[0].rows) == ("backfill", "done", 2000)
    assert production.value("SELECT count(*) FROM customers WHERE note = 'none'") == 2000
    assert production.ledger()[-1] == "close"


def test_what_cannot_run_in_one_session_is_refused_before_it_begins(gated: At) -> None:
    production = gated("T2")
    production.tiny.add("d4", "op.get_bind().execute(sa.text('SELECT 1')); op.execute(\"DO $$BEGIN END$$\")", "pass")
    text = (production.tiny.root / "alembic/versions/d4.py").read_text()
    text = text.replace("import sqlalchemy as sa\n", "import random\nimport sqlalchemy as sa\n")
    text = text.replace("SELECT 1'))", "SELECT :n'), {'n': random.random()})")
    (production.tiny.root / "alembic/versions/d4.py").write_text(text)
    production.prove()
    production.approved("b2", "c3", "d4")
    with pytest.raises(refusals.NotInOneSession, match="d4"):
        production.apply()
    assert production.value("SELECT version_num FROM alembic_version") == "c3"


def test_plain_statements_meet_the_guard_between_two_runs(gated: At) -> None:
    production = gated("T2")
    production.approved("b2")
    production.apply("b2")
    assert "must be owner" in refused_as(production, "app", "DROP TABLE customers")
    assert "must be owner" in refused_as(production, "pgwright_runner", "ALTER TABLE customers DROP COLUMN note")


def test_a_key_that_the_database_does_not_list_opens_nothing(gated: At) -> None:
    """The list in the repository is for people and CI; the one in the database decides there."""
    production = gated("T2")
    with production.connect() as conn:
        conn.execute("SET event_triggers = off")
        conn.execute("DELETE FROM pgwright.signer WHERE principal = 'alice'")
    production.approved("b2")
    with pytest.raises(Refused, match="is not listed here"):
        production.apply("b2")
    production.sign(production.request("b2"), "bob")
    assert production.apply("b2").after == ("b2",)


RUN = """
import sys
from pathlib import Path
from target import QUICK
from pgwright import project, verbs
verbs.apply(project.find(Path(sys.argv[1])), "production", how=verbs.How(QUICK, point=lambda name: print(name, flush=True)))
"""


BUILDING = "application_name = 'pgwright run' AND state = 'active' AND datname = current_database()"


def test_a_runner_that_is_killed_while_it_builds_an_index(gated: At) -> None:
    """SIGKILL in CREATE INDEX CONCURRENTLY: the invalid index goes, by the one statement that the guard lets through for it."""
    production = gated("T2")
    production.approved("b2", "c3")
    production.apply("b2")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    with production.connect() as blocker:
        blocker.execute("BEGIN; INSERT INTO customers VALUES (1, 'in the way')")
        command = [sys.executable, "-c", RUN, str(production.tiny.root)]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as runner:
            assert runner.stdout is not None
            try:
                assert any(row == "c3.1.cleared\n" for row in runner.stdout)
                while not production.value("SELECT count(*) FROM pg_index, pg_sleep(0.02) WHERE NOT indisvalid"):
                    assert runner.poll() is None
            finally:
                runner.kill()
        while production.value(f"SELECT count(*) FROM pg_stat_activity, pg_sleep(0.02) WHERE {BUILDING}"):
            continue  # the server notices within a second that nobody is there
        blocker.execute("COMMIT")
    assert production.apply().after == ("c3",)
    assert production.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_mail'::regclass")
    said = production.ledger()
    assert (said.count("open"), said.count("close")) == (3, 2)
    assert any("left invalid" in one.text for one in production.events)
