"""`pgwright check` on whole small projects: what is seen, what is not guessed, what comes from the cache."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from check_project import ENV, project, revision, with_settings, write

from pgwright.event import Event
from pgwright.hazards.acts import CreateIndex
from pgwright.hazards.checked import Checked
from pgwright.hazards.example import rendered as rendered_example
from pgwright.hazards.example import revision as revision_example
from pgwright.hazards.settings import BadCheck
from pgwright.project import Project
from pgwright.step import Finding
from pgwright.verbs_check import NoSuchRevision, check

MADE = """
op.create_table("users", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("name", sa.Text()))
op.create_table("orders", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("note", sa.Text()))
"""


def line_of(root: Path, name: str, text: str) -> int:
    lines = (root / "migrations" / "versions" / f"{name}.py").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def rules(found: Checked | list[Finding]) -> list[str]:
    """The rules that speak about upgrades: nearly no revision here has a downgrade written."""
    findings = found.findings if isinstance(found, Checked) else found
    return [one.rule for one in findings if one.phase == "upgrade"]


def one(found: Checked, rule: str) -> Finding:
    matches = [finding for finding in found.findings if finding.rule == rule]
    assert len(matches) == 1, found.findings
    return matches[0]


@pytest.mark.parametrize(
    ("body", "marked"),
    [
        (
            'for way in ["btree", "hash"]:\n    op.create_index(f"i_{way}", "orders", ["note"], postgresql_using=way)',
            "op.crea",
        ),
        ('op.add_column("orders", sa.Column("code", sa.Text(), index=True))', "op.add_column"),
        ('op.get_bind().execute(sa.text("CREATE INDEX a ON orders (note)"))', "op.get_bind"),
        ('op.get_bind().exec_driver_sql("CREATE INDEX a ON orders (note)")', "op.get_bind"),
        ('table = "orders"\nop.execute(f"CREATE INDEX a ON {table} (note)")', "op.execute"),
        ('with op.batch_alter_table("orders") as batch:\n    batch.create_index("a", ["note"])', "with op.batch"),
        ('op.execute("SELECT 1; CREATE INDEX a ON orders (note)")', "op.execute"),
        ('def build():\n    op.create_index("a", "orders", ["note"])\nbuild()', "op.create_index"),
    ],
    ids=["loop", "hidden", "bind", "driver", "f-string", "batch", "two-commands", "helper"],
)
def test_however_it_is_written_the_index_is_seen_at_its_line(tmp_path: Path, body: str, marked: str) -> None:
    found = check(project(tmp_path, MADE, body), ["r2"])
    assert set(rules(found)) == {"index-blocking"}
    assert {one.line for one in found.findings if one.phase == "upgrade"} == {line_of(tmp_path, "r2", marked)}
    assert found.findings[0].file == "migrations/versions/r2.py"
    assert [one.read for one in found.revisions] == ["full"]


def test_what_this_revision_made_itself_is_no_hazard(tmp_path: Path) -> None:
    body = 'op.create_table("fresh", sa.Column("a", sa.BigInteger(), primary_key=True), sa.Column("b", sa.Text()))'
    body += '\nop.create_index("ix", "fresh", ["b"])'
    assert rules(check(project(tmp_path, MADE, body), ["r2"])) == []


def test_earlier_revisions_are_known(tmp_path: Path) -> None:
    proven = """
    op.execute("ALTER TABLE orders ADD CONSTRAINT set CHECK (note IS NOT NULL) NOT VALID")
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE orders VALIDATE CONSTRAINT set")
    """
    body = 'op.alter_column("orders", "note", nullable=False)'
    assert rules(check(project(tmp_path, MADE, proven, body), ["r3"])) == []
    unproven = check(project(tmp_path, MADE, "pass", body), ["r3"])
    assert rules(unproven) == ["set-not-null-scan", "not-null-app-break"]
    assert one(unproven, "not-null-app-break").severity == "warning"  # the running release may write it always


def test_a_column_that_the_running_release_cannot_know_breaks_it_for_certain(tmp_path: Path) -> None:
    body = """
    op.add_column("orders", sa.Column("code", sa.Text()))
    op.alter_column("orders", "code", nullable=False)
    """
    assert one(check(project(tmp_path, MADE, body), ["r2"]), "not-null-app-break").severity == "error"


def test_a_downgrade_that_does_nothing_is_told_at_its_line(tmp_path: Path) -> None:
    found = check(project(tmp_path, 'op.execute("CREATE SEQUENCE numbers")'), ["r1"])
    told = one(found, "downgrade-missing")
    assert (told.revision, told.phase, told.line) == ("r1", "downgrade", line_of(tmp_path, "r1", "def downgrade"))


def test_values_that_have_no_literal_are_no_reason_to_stop(tmp_path: Path) -> None:
    body = """
    op.get_bind().execute(sa.text("UPDATE orders SET note = :note WHERE id = :id"), {"note": object(), "id": 7})
    op.create_index("a", "orders", ["note"])
    """
    found = check(project(tmp_path, MADE, body), ["r2"])
    assert [one.read for one in found.revisions] == ["full"]
    assert rules(found) == ["index-blocking"]


READS = """
op.create_index("a", "orders", ["note"])
if op.get_bind().execute(sa.text("SELECT count(*) FROM users")).scalar():
    op.alter_column("orders", "note", type_=sa.String(20))
"""


SESSIONS = {
    "Session(bind=op.get_bind())": "from sqlalchemy.orm import Session",
    "orm.Session(op.get_bind())": "from sqlalchemy import orm",
    "sessionmaker(bind=op.get_bind())()": "from sqlalchemy.orm import sessionmaker",
    "scoped_session(sessionmaker(op.get_bind()))": "from sqlalchemy.orm import scoped_session, sessionmaker",
}


@pytest.mark.parametrize("made", SESSIONS)
def test_what_a_session_sends_is_seen_and_its_commit_ends_nothing(tmp_path: Path, made: str) -> None:
    """On the connection of a migration a session joins the transaction: SQLAlchemy documentation, "Joining a Session"."""
    body = f"""
{SESSIONS[made]}
session = {made}
session.execute(sa.text("ALTER TABLE orders ADD COLUMN a int DEFAULT :a"), {{"a": 1}})
with session.begin_nested():
    session.execute(sa.table("orders", sa.column("a")).update().values(a=sa.null()))
session.commit()
op.create_index("orders_note", "orders", ["note"])
"""
    found = check(project(tmp_path, MADE, body), ["r2"])
    assert found.revisions[0].read == "full"
    late = [f for f in found.findings if f.rule == "work-after-lock"]
    assert late and late[0].line == line_of(tmp_path, "r2", "update()"), "the lock of the first is held at the second"
    assert one(found, "index-blocking").line == line_of(tmp_path, "r2", "op.create_index")


def test_a_session_that_is_asked_for_rows_or_writes_objects_is_marked(tmp_path: Path) -> None:
    for number, last in enumerate(("session.scalar(sa.text('SELECT 1'))", "session.connection().info")):
        body = f"""
from sqlalchemy.orm import Session
with Session(op.get_bind()) as session:
    session.execute(sa.text("CREATE INDEX a ON orders (note)"))
    {last}
"""
        folder = tmp_path / str(number)
        folder.mkdir()
        found = check(project(folder, MADE, body), ["r2"])
        assert found.revisions[0].read == "needs-shadow" and "index-blocking" in rules(found)


def test_a_revision_that_reads_rows_is_read_as_far_as_it_goes_and_never_guessed(tmp_path: Path) -> None:
    after = 'op.alter_column("orders", "note", nullable=False)'
    found = check(project(tmp_path, MADE, READS, after), ["r2", "r3"])
    assert [(one.revision, one.read) for one in found.revisions] == [("r2", "needs-shadow"), ("r3", "full")]
    assert "scalar" in found.revisions[0].reason
    assert one(found, "index-blocking").revision == "r2"
    unsure = one(found, "set-not-null-scan")
    assert unsure.severity == "warning"  # r2 may have proven it: orders is unknown since
    assert "cannot tell whether a CHECK on orders proves it" in unsure.why


def test_what_the_script_made_nullable_is_nullable_in_a_table_that_is_not_known(tmp_path: Path) -> None:
    """`alter_column` sends DROP NOT NULL first, then DROP DEFAULT."""
    both = 'op.alter_column("orders", "note", nullable=True, server_default=None)'
    assert "drop-default-app-break" not in rules(check(project(tmp_path, MADE, READS, both), ["r3"]))
    one(check(project(tmp_path, MADE, READS, both.replace("nullable=True, ", "")), ["r3"]), "drop-default-app-break")


def test_a_downgrade_is_not_judged_by_an_upgrade_that_was_read_in_part(tmp_path: Path) -> None:
    up = """
    if op.get_bind().execute(sa.text("SELECT 1")).scalar():
        pass
    op.add_column("orders", sa.Column("code", sa.Text()))
    """
    made = project(tmp_path, MADE, (up, 'op.drop_column("orders", "code")'))
    assert [one.rule for one in check(made, ["r2"]).findings if one.phase == "downgrade"] == []
    whole = 'op.add_column("orders", sa.Column("other", sa.Text()))'
    made = project(tmp_path, MADE, (whole, 'op.drop_column("orders", "code")'))
    assert "downgrade-fails" in [one.rule for one in check(made, ["r2"]).findings if one.phase == "downgrade"]


def test_what_the_unread_part_may_do_to_a_new_table_is_not_guessed(tmp_path: Path) -> None:
    body = """
    op.create_table("pets", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("tame", sa.Boolean()))
    op.alter_column("pets", "tame", nullable=False)
    for row in op.get_bind().execute(sa.text("SELECT id FROM users")):
        op.execute("ALTER TABLE pets ALTER tame SET NOT NULL")
    """
    found = check(project(tmp_path, MADE, body), ["r2"])
    assert [one.read for one in found.revisions] == ["needs-shadow"]
    assert not {"table-without-primary-key", "boolean-null"} & set(rules(found))


def test_rows_that_the_revision_swallows_make_it_unread_all_the_same(tmp_path: Path) -> None:
    body = 'try:\n    op.get_bind().execute(sa.text("SELECT 1")).fetchall()\nexcept Exception:\n    pass'
    found = check(project(tmp_path, MADE, body), ["r2"])
    assert [one.read for one in found.revisions] == ["needs-shadow"]


def test_a_downgrade_that_refuses_is_read_whole(tmp_path: Path) -> None:
    found = check(project(tmp_path, (MADE, 'raise NotImplementedError("no way back")')))
    assert [one.read for one in found.revisions] == ["full"]


def test_what_sqlalchemy_itself_refuses_fails_with_a_database_too(tmp_path: Path) -> None:
    up = 'op.create_foreign_key(None, "orders", "users", ["id"], ["id"])'
    plain = ENV.replace("target_metadata=target_metadata, ", "").replace("target_metadata = Base.metadata", "")
    found = check(project(tmp_path, MADE, (up, 'op.drop_constraint(None, "orders")'), env=plain), ["r2"])
    assert found.revisions[0].read == "full"
    assert "has no name" in one(found, "downgrade-fails").message


def test_a_revision_that_inspects_the_database_says_so(tmp_path: Path) -> None:
    found = check(project(tmp_path, MADE, "sa.inspect(op.get_bind()).get_columns('users')"), ["r2"])
    assert (found.revisions[0].read, found.revisions[0].reason) == ("needs-shadow", "it inspects the database")


def test_indexes_of_a_table_are_read_in_the_order_of_their_names() -> None:
    """SQLAlchemy keeps them in a set: without an order the same file would read differently from run to run."""
    columns = ", ".join(f'sa.Column("c{number}", sa.Integer(), index=True)' for number in (7, 3, 9, 1, 8, 2, 6, 4, 5))
    read = rendered_example(revision_example(f'op.create_table("t", {columns})')).upgrade
    made = [act.index.name for statement in read.statements for act in statement.of(CreateIndex)]
    assert made == [f"ix_t_c{number}" for number in range(1, 10)]


def test_what_stands_in_downgrade_is_told_of_the_downgrade(tmp_path: Path) -> None:
    loop = "for row in op.get_bind().execute(sa.text('SELECT 1')):\n    op.execute('SELECT 2')"
    for number, (body, phase) in enumerate((((loop, "pass"), "upgrade"), (("pass", loop), "downgrade"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert one(check(project(folder, MADE, body), ["r2"]), "backfill-in-python-loop").phase == phase


def test_of_two_new_indexes_on_the_same_keys_the_one_that_guards_nothing_is_spare(tmp_path: Path) -> None:
    column = 'sa.Column("code", sa.Text(), index=True), sa.UniqueConstraint("code", name="items_code_key")'
    body = f'op.create_table("items", sa.Column("id", sa.BigInteger(), primary_key=True), {column})'
    spare = one(check(project(tmp_path, MADE, body), ["r2"]), "duplicate-index")
    assert spare.message == "index ix_items_code of items has the same keys as items_code_key: code"
    assert spare.statement == "CREATE INDEX ix_items_code ON items (code)"


def test_a_missing_package_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    made = project(tmp_path, MADE, "pass", 'op.create_index("a", "orders", ["note"])')
    write(tmp_path, revision("r2", "r1", "pass", imports="import no_such_package"), "r2")
    found = check(made, whole=True)
    assert [one.read for one in found.revisions] == ["full", "failed", "full"]
    assert [error["code"] for error in found.errors] == ["PW-HAZARDS-06"]
    assert "no_such_package" in found.errors[0]["message"]
    assert rules(found) == ["index-blocking"]


def test_a_body_that_does_not_parse_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    made = project(tmp_path, MADE, "pass", 'op.create_index("a", "orders", ["note"])')
    file = tmp_path / "migrations" / "versions" / "r2.py"
    file.write_text(file.read_text().replace("pass", "x = = 1"))
    found = check(made, whole=True)
    assert [one.read for one in found.revisions] == ["full", "failed", "full"]
    assert [(error["code"], error["line"]) for error in found.errors] == [
        ("PW-HAZARDS-06", line_of(tmp_path, "r2", "= ="))
    ]


def test_a_circle_is_told(tmp_path: Path) -> None:
    made = project(tmp_path, "pass", "pass")
    write(tmp_path, revision("r1", "r2", "pass"), "r1")
    assert {error["code"] for error in check(made).errors} == {"history-cycle"}


NAMED = 'op.create_foreign_key(None, "orders", "users", ["id"], ["id"])'
DYNAMIC = ENV.replace("target_metadata = Base.metadata", "target_metadata = getattr(Base, 'meta' + 'data')")


@pytest.mark.parametrize("env", [ENV, DYNAMIC], ids=["from-source", "from-env"])
def test_the_naming_convention_is_the_projects(tmp_path: Path, env: str) -> None:
    found = check(project(tmp_path, MADE, NAMED, env=env), ["r2"])
    assert "fk_orders_id" in (one(found, "add-fk-validated").statement or "")


def test_an_env_that_has_no_offline_mode_is_no_hindrance(tmp_path: Path) -> None:
    env = DYNAMIC.replace("if context.is_offline_mode():", "if False:")
    found = check(project(tmp_path, MADE, NAMED, env=env), ["r2"])
    assert "fk_orders_id" in (one(found, "add-fk-validated").statement or "")


def rendered(made: Project, *what: str) -> tuple[Checked, list[str]]:
    """What check says, and whether it had to render."""
    events: list[Event] = []
    found = check(made, what, whole=not what, on_event=events.append)
    return found, [event.text for event in events if event.stage == "read"]


def test_unchanged_revisions_come_from_the_cache(tmp_path: Path) -> None:
    made = project(tmp_path, MADE, NAMED)
    first, told = rendered(made)
    assert told == ["rendering 2 revisions"]
    assert rendered(made) == (first, [])
    os.utime(tmp_path / "migrations" / "env.py")  # touched, not changed
    assert rendered(made) == (first, [])


def test_an_edited_revision_alone_is_rendered_again(tmp_path: Path) -> None:
    made = project(tmp_path, MADE, NAMED)
    rendered(made)
    write(tmp_path, revision("r2", "r1", 'op.create_index("a", "orders", ["note"])'), "r2")
    found, told = rendered(made)
    assert told == ["rendering 1 revisions"]
    assert rules(found) == ["index-blocking"]


def test_a_changed_model_file_renders_everything_again(tmp_path: Path) -> None:
    made = project(tmp_path, MADE, NAMED, env=DYNAMIC)
    rendered(made)
    models = tmp_path / "app" / "models.py"
    models.write_text(models.read_text().replace("fk_%(table_name)s", "key_%(table_name)s"))
    found, told = rendered(made)
    assert told == ["rendering 2 revisions"]
    assert "key_orders_id" in (one(found, "add-fk-validated").statement or "")


def test_start_after_leaves_out_what_came_before_unless_it_is_named(tmp_path: Path) -> None:
    bad = 'op.create_index("a", "orders", ["note"])'
    made = with_settings(project(tmp_path, MADE, bad, bad.replace('"a"', '"b"')), start_after="r2")
    assert [one.revision for one in check(made, whole=True).revisions] == ["r3"]
    assert [one.revision for one in check(made, ["r2"]).revisions] == ["r2"]


def test_severities_are_chosen_by_rule(tmp_path: Path) -> None:
    made = project(tmp_path, MADE, 'op.create_index("a", "orders", ["note"])')
    chosen = with_settings(made, severity={"index-blocking": "warning"})
    assert one(check(chosen, ["r2"]), "index-blocking").severity == "warning"
    assert rules(check(with_settings(made, severity={"index-blocking": "off"}), ["r2"])) == []


@pytest.mark.parametrize(
    "table",
    [
        {"severity": {"no-such-rule": "off"}},
        {"severity": {"index-blocking": "fatal"}},
        {"fail_level": "never"},
        {"majors": [9]},
        {"majors": []},
        {"start_after": 7},
        {"speed": "high"},
    ],
    ids=str,
)
def test_settings_that_mean_nothing_are_refused(tmp_path: Path, table: dict[str, object]) -> None:
    with pytest.raises(BadCheck):
        check(with_settings(project(tmp_path, MADE), **table))


def test_a_revision_may_be_named_by_its_file(tmp_path: Path) -> None:
    made = project(tmp_path, MADE, "pass")
    assert [one.revision for one in check(made, [str(tmp_path / "migrations/versions/r2.py")]).revisions] == ["r2"]
    with pytest.raises(NoSuchRevision):
        check(made, [str(tmp_path / "app/models.py")])


def test_the_same_finding_for_two_majors_is_told_once(tmp_path: Path) -> None:
    made = with_settings(project(tmp_path, MADE, 'op.create_index("a", "orders", ["note"])'), majors=[14, 18])
    assert rules(check(made, ["r2"])) == ["index-blocking"]
