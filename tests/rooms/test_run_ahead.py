"""apply --dry-run and --sql: what lies ahead, and a script that the real psql runs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from target import Target, backfill
from target import target as target
from test_run_apply import INDEX, NOTE
from tiny_project import TABLE

from pgwright import project, verbs
from pgwright.doors.cli import cli
from pgwright.project.address import address_of
from pgwright.run import refusals
from pgwright.run.approval import Answered
from pgwright.run.likeness import see
from pgwright.run.session import opened


def ready(target: Target) -> None:
    target.tiny.add("a1", *TABLE).add("b2", *NOTE).add("c3", *INDEX)
    backfill(target, "d4", "customers", "note", "'it''s ' || id", "note IS NULL")
    target.prove()
    target.apply("a1")
    with target.connect() as conn:
        conn.execute("INSERT INTO customers SELECT g, g::text FROM generate_series(1, 2000) g")
        conn.execute("ANALYZE customers")


def psql(target: Target, text: str) -> subprocess.CompletedProcess[str]:
    program = target.server.bin / "psql"
    if not program.exists():
        found = shutil.which("psql")
        assert found is not None, "psql comes with the server or with the system"
        program = Path(found)
    url = f"postgresql://postgres@/{target.database}?host={target.server.host}&port={target.server.port}"
    return subprocess.run([str(program), "-X", url], input=text, capture_output=True, text=True, check=False)


def test_psql_runs_the_script_and_ends_where_apply_would(target: Target) -> None:
    ready(target)
    found = project.find(target.tiny.root)
    text = verbs.script(found, "dev")
    done = psql(target, text)
    assert done.returncode == 0, done.stderr
    assert target.value("SELECT version_num FROM alembic_version") == "d4"
    assert target.value("SELECT count(*) FROM customers WHERE note = 'it''s ' || id") == 2000
    with opened(address_of(found.settings, "dev")) as session:
        proof = json.loads((target.tiny.root / ".pgwright/proofs/d4.json").read_text())
        assert see(session, "alembic_version").matches(proof["fingerprint_after"])


def test_the_script_refuses_a_database_that_stands_elsewhere(target: Target) -> None:
    ready(target)
    text = verbs.script(project.find(target.tiny.root), "dev")
    target.undo("base")
    done = psql(target, text)
    assert done.returncode == 3 and "the version table says {}" in done.stderr
    assert target.value("SELECT to_regclass('customers')") is None


def test_the_script_of_a_revision_that_reads_data_is_refused(target: Target) -> None:
    target.tiny.add("a1", *TABLE)
    target.tiny.add("b2", 'op.get_bind().execute(sa.text("SELECT count(*) FROM customers")).scalar()', "pass")
    target.prove()
    with pytest.raises(refusals.NoScript, match="b2"):
        verbs.script(project.find(target.tiny.root), "dev")


def test_a_preview_names_statements_locks_sizes_and_approvals_and_changes_nothing(target: Target) -> None:
    ready(target)
    how = verbs.How(gate=lambda asked: Answered(outstanding=(("b2", "ARCHITECT (column change)"),)))
    found = verbs.preview(project.find(target.tiny.root), "dev", how=how)
    b2, c3, d4 = found.units
    [step] = b2.steps
    assert step.waits and "ALTER TABLE customers ADD COLUMN note TEXT" in step.statements
    held = [(lock.mode, lock.rows) for lock in step.locks if lock.relation == "public.customers"]
    assert held == [("AccessExclusiveLock", 2000)]
    assert not any(step.waits for step in c3.steps) and d4.kind == "backfill"
    assert "in batches" in d4.steps[0].statements[0]
    assert found.approvals == (("b2", "ARCHITECT (column change)"),)
    with pytest.raises(refusals.AwaitsApproval, match="ARCHITECT"):
        target.apply(gate=how.gate)
    assert target.value("SELECT version_num FROM alembic_version") == "a1"


def test_the_commands(target: Target) -> None:
    ready(target)
    where = ["--env", "dev", "-C", str(target.tiny.root), "-q"]
    ahead = CliRunner().invoke(cli, ["apply", *where, "--dry-run"])
    assert ahead.exit_code == 0 and "waits for AccessExclusiveLock on public.customers (2,000 rows" in ahead.output
    done = CliRunner().invoke(cli, ["apply", *where, "--to", "b2", "--json"])
    assert done.exit_code == 0 and json.loads(done.output)["after"] == ["b2"]
    shown = CliRunner().invoke(cli, ["run", "status", *where])
    assert "b2 (up, replay) is done, 1 of 1 step" in shown.output
    CliRunner().invoke(cli, ["run", "pause", *where, "--why", "lunch"])
    assert "asked: pause (lunch)" in CliRunner().invoke(cli, ["run", "status", *where]).output
    slow = CliRunner().invoke(cli, ["run", "throttle", "0.5", *where, "--json"])
    assert json.loads(slow.output)["duty"] == 0.5
    back = CliRunner().invoke(cli, ["undo", *where, "--to", "a1"])
    assert back.exit_code == 0 and "recorded is a1" in back.output
    missing = CliRunner().invoke(cli, ["apply", "--env", "moon", "-C", str(target.tiny.root), "--json"])
    assert missing.exit_code == 2 and "PW-PROJECT-08" in missing.output
