"""pgwright drift: a database against its recorded revisions, and the models against the head."""

from __future__ import annotations

import json

from click.testing import CliRunner
from gated import NOTE
from target import Target
from target import target as target
from tiny_project import TABLE

from pgwright import project
from pgwright.doors.cli import cli
from pgwright.verbs.drift import Drifted, drift_of

MODELS = """MetaData()
from sqlalchemy import Column, Integer, Table, Text
Table("customers", metadata, Column("id", Integer, primary_key=True), Column("mail", Text), Column("note", Text))
Table("invoices", metadata, Column("id", Integer, primary_key=True))
"""


def drifted(target: Target) -> Drifted:
    return drift_of(project.find(target.tiny.root), "dev")


def test_each_way_of_three_has_its_story_and_its_task(target: Target) -> None:
    env = target.tiny.root / "alembic/env.py"
    env.write_text(env.read_text().replace("engine =", f"metadata = {MODELS}\nengine =").replace("=MetaData())", "=metadata)"))
    target.tiny.add("a1", *TABLE).add("b2", *NOTE)
    target.prove()
    target.apply("a1")
    first = drifted(target)
    assert (first.recorded, first.ahead) == (("a1",), ("b2",))
    assert [(one.story, one.identity) for one in first.stories] == [("never-migrated", "public.invoices")]
    with target.connect() as conn:
        conn.execute("CREATE TABLE by_hand (id int PRIMARY KEY)")
        conn.execute("ALTER TABLE customers DROP COLUMN mail, ADD full_days bool")
    told = drifted(target)
    assert {(one.story, one.identity) for one in told.stories} >= {
        ("made-outside", "public.by_hand"),
        ("stamped-but-absent", "public.customers.mail"),
        ("made-outside", "public.customers.full_days"),
        ("never-migrated", "public.invoices"),
    }
    taken, brought = told.tasks
    assert {(one["kind"], one["table"]) for one in taken.requests} == {("create_table", "by_hand"), ("add_column", "customers")}
    assert [(one["kind"], one["table"]) for one in brought.requests] == [("add_column", "customers")]
    shown = CliRunner().invoke(cli, ["drift", "--env", "dev", "-C", str(target.tiny.root)])
    assert shown.exit_code == 1
    assert "stamped-but-absent: column public.customers.mail" in shown.stdout
    assert "create_table" in shown.stdout
    assert target.value("SELECT count(*) FROM pg_tables WHERE tablename = 'by_hand'") == 1


def test_what_agrees_is_said_and_a_stamp_that_nobody_has_is_told(target: Target) -> None:
    target.tiny.add("a1", *TABLE)
    target.prove()
    target.apply()
    found = CliRunner().invoke(cli, ["drift", "--env", "dev", "-C", str(target.tiny.root), "--json"])
    assert (found.exit_code, json.loads(found.stdout)["stories"]) == (0, [])
    with target.connect() as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9bcfa50205e4'")
    [lost] = drifted(target).stamps
    assert (lost.revision, lost.state) == ("9bcfa50205e4", "unknown")
