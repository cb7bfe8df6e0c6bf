"""What went wrong in real histories, each told as a small one of our own, and the name under which it is detected.

S1 to S21 are the failure stories that the design was made against. Those of a history on disk are told by `history verify`
and `history stamps`, those of a revision by its proof, those of a database by comparing catalogs. S20 (guides that say
`stamp head` and `downgrade base`) is refused by the guard in the database: tests/bypass/test_plain_alembic.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from sealed_project import SealedProject, make

from pgwright.gate.drift import drift, stamp_drift
from pgwright.gate.kinds import of_message
from pgwright.gate.mentions import mentions
from pgwright.gate.policy import decide
from pgwright.gate.stamps import stamps
from pgwright.project import find
from pgwright.records import Proof
from pgwright.schema.catalog import capture
from pgwright.schema.model import Schema
from pgwright.shadow.stage import Options
from pgwright.step import Observed
from pgwright.verbs import Wish, prove

ENV = """
from alembic import context
from sqlalchemy import MetaData, create_engine, pool

engine = create_engine("postgresql+psycopg://app:x@db.invalid/app", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=MetaData())
    with context.begin_transaction():
        context.run_migrations()
"""


# of a history on disk


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> SealedProject:
    return make(tmp_path_factory.mktemp("stories") / "project")


@pytest.fixture
def history(original: SealedProject, tmp_path: Path) -> SealedProject:
    shutil.copytree(original.root, tmp_path / "project", symlinks=True)
    return SealedProject(tmp_path / "project")


def s1_an_id_longer_than_its_column(project: SealedProject) -> None:
    project.add("20260105_people_preferred_contact_hours", "a4")


def s1_the_cure_inserted_into_the_chain(project: SealedProject) -> None:
    project.add("a1b", "a1", "op.execute('ALTER TABLE alembic_version ALTER version_num TYPE varchar(128)')")
    project.change("migrations/versions/a2_kinds.py", '"a1"', '"a1b"')


def s2_two_heads(project: SealedProject) -> None:
    project.add("b1", "a4")
    project.add("c1", "a4")


def s3_an_applied_revision_renamed(project: SealedProject) -> None:
    project.change("migrations/versions/a4_count.py", 'revision = "a4"', 'revision = "20260219_count"')


def s4_a_parent_that_only_a_database_has(project: SealedProject) -> None:
    project.add("b1", "9bcfa50205e4")


def s5_an_applied_revision_deleted(project: SealedProject) -> None:
    (project.versions / "a4_count.py").unlink()


def s10_a_landed_revision_corrected(project: SealedProject) -> None:
    project.change("migrations/versions/a3_phone.py", "sa.Text()", "sa.String(10)")


ON_DISK: list[tuple[Callable[[SealedProject], None], str]] = [
    (s1_an_id_longer_than_its_column, "id-too-long"),
    (s1_the_cure_inserted_into_the_chain, "rewired"),
    (s2_two_heads, "two-heads"),
    (s3_an_applied_revision_renamed, "renamed"),
    (s4_a_parent_that_only_a_database_has, "orphan-parent"),
    (s5_an_applied_revision_deleted, "deleted"),
    (s10_a_landed_revision_corrected, "edited"),
]


@pytest.mark.parametrize(("happens", "name"), ON_DISK, ids=[act.__name__ for act, _ in ON_DISK])
def test_a_history_that_goes_wrong(history: SealedProject, happens: Callable[[SealedProject], None], name: str) -> None:
    happens(history)
    assert history.read()[name].severity == "error"


def test_s3_s4_s5_a_stamp_that_nobody_has(history: SealedProject) -> None:
    s3_an_applied_revision_renamed(history)
    history.commit("tidy names")
    told = stamps(history.found, ["a4", "9bcfa50205e4"])
    assert [one.state for one in told] == ["renamed", "unknown"]
    assert "Do not stamp" in told[1].instead


def test_s8_a_versions_folder_that_a_volume_masks(history: SealedProject) -> None:
    """An image without git: the sums are new, the folder behind the volume is old."""
    shutil.rmtree(history.root / ".git")
    (history.versions / "a4_count.py").unlink()
    found = history.read()["no-file"]
    assert found.revision == "a4"
    assert "masked by a volume" in found.instead


# of a revision


class Story:
    """A small project whose last revision is the one that goes wrong."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "alembic/versions").mkdir(parents=True)
        (root / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/alembic\n")
        (root / "alembic/env.py").write_text(ENV)
        self.last: str | None = None

    def add(self, name: str, up: str, down: str, parents: object = ...) -> Story:
        body = "import sqlalchemy as sa\nfrom alembic import op\nfrom sqlalchemy.dialects import postgresql\n"
        body += f"revision = {name!r}\ndown_revision = {self.last if parents is ... else parents!r}\n"
        if parents is ...:
            body = body.replace(f"down_revision = {self.last}\n", f"down_revision = {self.last!r}\n")
        for direction, text in (("upgrade", up), ("downgrade", down)):
            body += f"def {direction}():\n" + "".join(f"    {row}\n" for row in dedent(text).strip().splitlines())
        (self.root / f"alembic/versions/{name}.py").write_text(body)
        self.last = name
        return self

    def prove(self) -> Proof:
        """Of the last revision."""
        return {one.revision: one for one in prove(find(self.root), whole=True, wish=Wish(options=Options()))}[
            str(self.last)
        ]


@pytest.fixture
def tale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    return Story(tmp_path / "project")


PEOPLE = (
    'op.create_table("people", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("mail", sa.Text(), index=True))',
    'op.drop_table("people")',
)


def codes(proof: Proof) -> set[str]:
    """What the proof says, by name."""
    return {one.code for one in proof.reasons} | {one.rule for one in proof.findings}


def states(proof: Proof) -> set[str | None]:
    return {one.sqlstate for one in proof.reasons}


def test_s9_a_wrong_constant_that_collides_later(tale: Story) -> None:
    tale.add("one", 'op.execute("CREATE TABLE version (hash text PRIMARY KEY)")', 'op.drop_table("version")')
    tale.add("two", "op.execute(\"INSERT INTO version VALUES ('5f1c')\")", 'op.execute("DELETE FROM version")')
    tale.add("three", "op.execute(\"INSERT INTO version VALUES ('5f1c')\")", "pass")
    proof = tale.prove()
    assert (proof.verdict, states(proof)) == ("refuted", {"23505"})


def test_s10_a_value_longer_than_its_column(tale: Story) -> None:
    tale.add("one", 'op.execute("CREATE TABLE kind (name varchar(10))")', 'op.drop_table("kind")')
    tale.add("two", "op.execute(\"INSERT INTO kind VALUES ('twelve chars')\")", 'op.execute("DELETE FROM kind")')
    assert states(tale.prove()) == {"22001"}


def test_s10_an_enum_used_before_it_is_there(tale: Story) -> None:
    tale.add("one", 'op.execute("CREATE TABLE day (kind daytype)")', 'op.drop_table("day")')
    assert states(tale.prove()) == {"42704"}


def test_s11_an_enum_value_that_no_downgrade_takes_back(tale: Story) -> None:
    tale.add("one", "op.execute(\"CREATE TYPE mood AS ENUM ('calm')\")", 'op.execute("DROP TYPE mood")')
    tale.add("two", "op.execute(\"ALTER TYPE mood ADD VALUE 'glad'\")", "pass")
    proof = tale.prove()
    assert proof.verdict == "refuted"
    assert any(one["object"] == "enum" for one in proof.differences)


def test_s12_a_downgrade_that_drops_what_was_there_before(tale: Story) -> None:
    tale.add("one", *PEOPLE)
    tale.add("two", 'op.add_column("people", sa.Column("phone", sa.Text()))',
             'op.drop_column("people", "phone")\nop.drop_index("ix_people_mail", "people")')  # fmt: skip
    proof = tale.prove()
    assert proof.verdict == "refuted"
    assert any("ix_people_mail" in one["identity"] for one in proof.differences)


def test_s13_a_drop_that_hits_nothing(tale: Story) -> None:
    tale.add("one", *PEOPLE)
    tale.add("two", 'op.create_unique_constraint("uq_people_mail", "people", ["mail"])',
             'op.execute("ALTER TABLE people DROP CONSTRAINT IF EXISTS people_mail_key")')  # fmt: skip
    proof = tale.prove()
    assert proof.verdict == "refuted"
    assert "no-op-statement" in codes(proof) or any("uq_people_mail" in one["identity"] for one in proof.differences)


def test_s14_rows_that_exist_in_production_only(tale: Story) -> None:
    tables = """
        op.execute("CREATE TABLE person (id uuid PRIMARY KEY)")
        op.execute("CREATE TABLE duty (person uuid REFERENCES person)")"""
    tale.add("one", tables, 'op.execute("DROP TABLE duty, person")')
    tale.add("two", "op.execute(\"INSERT INTO duty VALUES ('9f1e4c3a-0000-4000-8000-000000000001')\")", "pass")
    assert "needs-existing-rows" in codes(tale.prove())


def test_s19_an_index_that_the_type_does_not_have(tale: Story) -> None:
    tale.add("one", 'op.execute("CREATE TABLE note (body json)")', 'op.drop_table("note")')
    tale.add(
        "two",
        'op.create_index("ix_note_body", "note", ["body"], postgresql_using="gin")',
        'op.drop_index("ix_note_body")',
    )
    assert states(tale.prove()) == {"42704"}


# of a database


@pytest.fixture
def pair(server: Any, database: str, request: pytest.FixtureRequest) -> Any:
    """A function (expected SQL, actual SQL) -> the two schemas."""
    other = f"{database}_other"
    server.create(other)
    request.addfinalizer(lambda: server.drop(other))

    def schemas(expected: str, actual: str) -> tuple[Schema, Schema]:
        found = []
        for name, text in ((database, expected), (other, actual)):
            with server.connect(name) as conn:
                conn.execute(text.encode())
                found.append(capture(conn).schema)
        return found[0], found[1]

    return schemas


BASE = "CREATE TABLE person (id bigint PRIMARY KEY, age int CONSTRAINT grown CHECK (age > 17)); "
CALL = "CREATE TABLE call (id bigint PRIMARY KEY, person bigint CONSTRAINT fk_call_person REFERENCES person); "


@pytest.mark.parametrize(
    ("expected", "actual", "story", "identity"),
    [
        (BASE + CALL, BASE, "stamped-but-absent", "public.call"),  # S6
        (BASE, BASE + "ALTER TABLE person ADD full_days bool NOT NULL", "ghost-column", "public.person.full_days"),  # S5
        (BASE, BASE.replace("17", "18"), "check-differs", "public.person.grown"),  # S16
        (BASE, BASE + "CREATE VIEW v AS SELECT 1 AS x", "made-outside", "public.v"),
        (BASE, BASE + "ALTER TABLE person ADD age_mod bool", "made-outside", "public.person.age_mod"),  # S17
        (BASE + CALL, BASE + CALL + "ALTER TABLE call DROP CONSTRAINT fk_call_person",
         "missing-foreign-key", "public.call.fk_call_person"),  # S21
    ],
    ids=["S6", "S5", "S16", "outside", "S17", "S21"],
)  # fmt: skip
def test_a_database_that_is_not_what_its_stamp_says(
    pair: Any, expected: str, actual: str, story: str, identity: str
) -> None:
    found = drift(*pair(expected, actual))
    assert (story, identity) in {(one.story, one.identity) for one in found}
    assert all(one.likely for one in found)
    assert not drift(*[pair("SELECT 1", "SELECT 1")[0]] * 2)


def test_s15_a_model_that_no_revision_makes(pair: Any) -> None:
    expected, models = pair(BASE, BASE + CALL)
    assert [(one.story, one.identity) for one in drift(expected, expected, models)] == [
        ("never-migrated", "public.call")
    ]


def test_s7_a_backup_of_a_newer_schema_than_its_stamp(tale: Story, server: Any, database: str) -> None:
    tale.add("one", *PEOPLE)
    tale.add("two", 'op.add_column("people", sa.Column("phone", sa.Text()))', 'op.drop_column("people", "phone")')
    proofs = prove(find(tale.root), whole=True, wish=Wish(options=Options(rows="none")))
    with server.connect(database) as conn:
        conn.execute(
            "CREATE TABLE people (id serial PRIMARY KEY, mail text); CREATE INDEX ix_people_mail ON people (mail)"
        )
        conn.execute("ALTER TABLE people ADD phone text")
        conn.execute(
            "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY)"
        )
        actual = capture(conn).schema  # of the roles of the cluster only those that the history makes count (run.likeness)
    actual = replace(actual, things=tuple(thing for thing in actual.things if thing.kind != "role"))
    [told] = stamp_drift("one", actual, proofs)
    assert (told.story, "after two" in told.message) == ("ahead-of-stamp", True)
    assert list(stamp_drift("two", actual, proofs)) == []


def test_s18_a_column_that_other_code_still_reads_is_told_before_somebody_signs(history: SealedProject) -> None:
    (history.root / "scripts").mkdir()
    (history.root / "scripts/report.sql").write_text("SELECT id,\n       phone FROM person;\n")
    (history.root / "app/letters.py").write_text("QUERY = 'SELECT p.phone FROM person p'\nphones = 1\n")
    found = mentions(history.found, ("table column public.person.phone", "index public.ix_person_phone"))
    assert [(one.name, one.file, one.line) for one in found] == [
        ("phone", "app/letters.py", 1),
        ("phone", "scripts/report.sql", 2),
    ]
    assert mentions(history.found, ("index public.ix_person_phone",)) == ()


def test_s18_it_goes_with_a_person_only() -> None:
    assert decide(of_message(Observed("ALTER TABLE person DROP COLUMN phone"))).tier == "human"
