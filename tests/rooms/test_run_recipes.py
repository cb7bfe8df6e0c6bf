"""The recipes over two tables and partitions, run by the runner: their batches are its own, nothing runs as a whole."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from design_runner import CASES, catalog
from target import QUICK, Target
from target import target as target
from test_run_ahead import psql

from pgwright import project, verbs
from pgwright.design.plan import draft
from pgwright.design.render import whole
from pgwright.design.request import from_json
from pgwright.shadow.server import Server

HEAD = """from alembic import op

revision = "before"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.execute({up!r})


def downgrade():
    op.execute({down!r})
"""
DOWN = {
    "move_column": "DROP TABLE profile, person; DROP TYPE tongue",
    "split_table": "DROP TABLE person, country",
    "merge_tables": "DROP TABLE address, person, country",
    "partition_table_by_range": "DROP VIEW recent; DROP TABLE event, customer; DROP FUNCTION noted",
}
ROWS = {
    "move_column": ("SELECT count(*) FROM profile WHERE lang IS NOT NULL", 300, 2),
    "split_table": ("SELECT count(*) FROM address", 300, 1),
    "merge_tables": ("SELECT count(*) FROM person WHERE country IS NOT NULL", 250, 1),
    "partition_table_by_range": ("SELECT count(*) FROM event_until_2027", 300, 0),
}


def write(target: Target, server: Server, name: str) -> list[str]:
    """The case as a history of revisions; the names of those after the first."""
    versions = target.tiny.root / "alembic" / "versions"
    text = (CASES / name / "before.sql").read_text()
    scratch = f"{target.database}_scratch"
    server.create(scratch)
    with server.connect(scratch) as conn:
        conn.execute(text.encode())
        version = conn.info.server_version
    requests = [from_json(one) for one in json.loads((CASES / name / "request.json").read_text())["requests"]]
    drafts = draft(requests, catalog(server, scratch), version=version)
    server.drop(scratch)
    (versions / "before.py").write_text(HEAD.format(up=text, down=DOWN[name]))
    names = [f"r{at:02}" for at in range(len(drafts))]
    for one, own, down in zip(drafts, names, ["before", *names], strict=False):
        (versions / f"{own}.py").write_text(whole(one, own, down))
    return names


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_no_revision_of_the_recipe_runs_as_a_whole(target: Target, server: Server, name: str) -> None:
    query, rows, batched = ROWS[name]
    write(target, server, name)
    target.prove()
    done = target.apply(policy=replace(QUICK, mode="ctid")).receipts
    assert "whole" not in {r.kind for r in done}
    assert sum(step.kind == "backfill" for r in done for step in r.steps) == batched
    assert target.value(query) == rows
    back = target.undo("before").receipts
    assert "whole" not in {r.kind for r in back}
    assert any(step.kind == "backfill" for r in back for step in r.steps) == bool(batched)
    assert any(step.kind == "backfill" for r in back for step in r.steps) == bool(batched)
    assert {r.state for r in (*done, *back)} == {"done"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["split_table", "merge_tables"])
def test_psql_runs_the_recipe_as_a_script(target: Target, server: Server, name: str) -> None:
    write(target, server, name)
    target.prove()
    found, (query, rows, _) = project.find(target.tiny.root), ROWS[name]
    done = psql(target, verbs.script(found, "dev"))
    assert done.returncode == 0, done.stderr
    assert target.value(query) == rows
