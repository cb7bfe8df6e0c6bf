"""Every way in which the state before a revision comes about, on a history that does not run from zero."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tiny_project import TABLE, Tiny, codes

from pgwright import project, verbs
from pgwright.project.refusals import BadSettings
from pgwright.records import Proof
from pgwright.shadow.baseline import BaselineFailed, UnknownStamp
from pgwright.shadow.server import Server
from pgwright.verbs.baseline import BesideABranch, NoStamp, NoSuchFile, NoSuchFolder

ORPHAN = ('op.create_table("orders", sa.Column("id", sa.Integer(), primary_key=True), '
          'sa.Column("customer", sa.Integer(), sa.ForeignKey("customers.id"))); '
          'op.execute("INSERT INTO orders VALUES (1, 70000)")', 'op.drop_table("orders")')
GONE = ('op.execute("ALTER TABLE made_by_hand ADD COLUMN note text")',
        'op.execute("ALTER TABLE made_by_hand DROP COLUMN note")')
INDEX = ('op.create_index("ix", "customers", ["mail"])', 'op.drop_index("ix")')
MODELS = """
import sqlalchemy as sa
models = MetaData()
sa.Table("made_by_hand", models, sa.Column("id", sa.Integer, primary_key=True), sa.Column("note", sa.Text))
sa.Table("customers", models, sa.Column("id", sa.Integer, primary_key=True), sa.Column("mail", sa.Text),
         sa.Index("ix", "mail"))
"""


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """A project whose second revision changes a table that no revision makes, with models that know it."""
    monkeypatch.setenv("PGWRIGHT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "project").mkdir()
    made = Tiny(tmp_path / "project").add("a1", *TABLE).add("b2", *GONE).add("c3", *INDEX)
    env = made.root / "alembic" / "env.py"
    env.write_text(env.read_text().replace("engine =", MODELS + "engine =").replace("=MetaData()", "=models"))
    return made


def settings(tiny: Tiny, text: str) -> None:
    (tiny.root / "pgwright.toml").write_text(text)


def told(proof: Proof) -> str:
    """What the proof says of its baseline."""
    return "".join(f.message for f in proof.findings if f.rule == "baseline")


def test_from_zero_the_revision_after_a_gap_is_unproven(tiny: Tiny) -> None:
    settings(tiny, '[baseline]\nmode = "zero"\n')
    proof = tiny.prove("c3", whole=False)["c3"]
    assert proof.verdict == "unproven" and codes(proof) == ["baseline-failed"] and "made_by_hand" in proof.reasons[0].message
    assert told(proof) == ""


def test_a_first_revision_that_changes_what_is_not_there_is_told_what_to_do(tmp_path: Path) -> None:
    """The application makes its first tables itself, and its history begins after them."""
    (tmp_path / "later").mkdir()
    later = Tiny(tmp_path / "later").add("a1", *GONE).add("b2", *TABLE)
    first = later.prove(rows="none")["a1"].reasons[0]
    assert first.sqlstate == "42P01" and "begins on tables" in first.cause and "setup_sql" in first.repair
    (later.root / "before.sql").write_text("CREATE TABLE made_by_hand (id int)")
    settings(later, 'setup_sql = ["before.sql"]')
    assert {proof.verdict for proof in later.prove(rows="none").values()} == {"proven"}


def test_set_up_sql_fills_the_gap(tiny: Tiny) -> None:
    (tiny.root / "sql").mkdir()
    (tiny.root / "sql" / "before.sql").write_text("CREATE TABLE made_by_hand (id integer);")
    settings(tiny, 'setup_sql = ["sql/before.sql"]\n')
    assert {p.verdict for p in tiny.prove().values()} == {"proven"}


def test_from_the_models_what_is_new_is_proven(tiny: Tiny) -> None:
    settings(tiny, '[baseline]\nmode = "models"\n')
    proof = tiny.prove("c3", whole=False)["c3"]
    assert proof.verdict == "proven" and dict(proof.seeded)["public.customers"] > 0
    assert "from the models" in told(proof) and "stamped at c3" in told(proof)


def test_models_that_changed_are_read_again(tiny: Tiny) -> None:
    """No image is kept: a history that stays the same says nothing about its models."""
    settings(tiny, '[baseline]\nmode = "models"\nstamp = "b2"\n')
    env = tiny.root / "alembic" / "env.py"
    wrong = env.read_text()
    assert tiny.prove("c3", whole=False)["c3"].verdict == "refuted"  # the models hold ix already
    env.write_text(wrong.replace('\n         sa.Index("ix", "mail")', ""))
    assert tiny.prove("c3", whole=False)["c3"].verdict == "proven"


def dumped(tiny: Tiny, server: Server, database: str) -> Path:
    """What pg_dump writes of a database at revision b2."""
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE customers (id serial PRIMARY KEY, mail text)")
        conn.execute("CREATE TABLE made_by_hand (id integer, note text)")
        conn.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
    command = [server.bin / "pg_dump", "-h", server.host, "-p", str(server.port), "-U", server.user, "--schema-only"]
    done = subprocess.run([*command, database], capture_output=True, text=True, check=True, env=server.env)
    (tiny.root / "schema.sql").write_text(done.stdout)
    return tiny.root / "schema.sql"


def test_from_a_dump_what_comes_after_is_proven(tiny: Tiny, server: Server, database: str) -> None:
    if not (server.bin / "pg_dump").exists():
        pytest.skip("this server brings no pg_dump")
    dumped(tiny, server, database)
    settings(tiny, '[baseline]\nmode = "dump"\ndump = "schema.sql"\nstamp = "b2"\n')
    proof = tiny.prove("c3", whole=False)["c3"]
    assert proof.verdict == "proven" and "stamped at b2" in told(proof)
    assert tiny.prove("b2", whole=False)["b2"].verdict == "proven"  # down from the dump to its parent first


def test_a_dump_in_pyproject_that_names_a_role_is_refused_with_the_way_out(tiny: Tiny) -> None:
    (tiny.root / "schema.sql").write_text("CREATE TABLE t (id int);\nALTER TABLE t OWNER TO nobody_here;\n")
    (tiny.root / "pyproject.toml").write_text(
        '[tool.pgwright.baseline]\nmode = "dump"\ndump = "schema.sql"\nstamp = "b2"\n'
    )
    with pytest.raises(BaselineFailed, match="nobody_here") as refused:
        tiny.prove("c3", whole=False)
    assert "--no-owner" in refused.value.hint


def test_with_foreign_keys_off_rows_without_parents_are_no_news(tmp_path: Path, tiny: Tiny) -> None:
    (tmp_path / "other").mkdir()
    orphans = Tiny(tmp_path / "other").add("a1", *TABLE).add("b2", *ORPHAN).add("c3", *INDEX)
    settings(orphans, '[baseline]\nmode = "no-fk"\n')
    for proofs in (orphans.prove(), orphans.prove("b2", whole=False), orphans.prove("c3", whole=False)):
        for proof in proofs.values():
            assert proof.verdict == "proven", proof.reasons
            assert "foreign key triggers off" in told(proof)
            assert "needs-existing-rows" not in {f.rule for f in proof.findings}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[baseline]\nmode = "sql"', "zero, no-fk, dump, models"),
        ("[baseline]\n", "is missing"),
        ('[baseline]\nmode = 3', "must be a text"),
        ('[baseline]\nmode = "dump"\nstamp = "b2"', "pg_dump --schema-only"),
        ('[baseline]\nmode = "dump"\ndump = "x.sql"', "the revision at which"),
        ('[baseline]\nmode = "zero"\nstamp = "b2"', "means nothing"),
        ('[baseline]\nmode = "models"\ndump = "x.sql"', "means nothing"),
        ('[baseline]\nmode = "zero"\nsetup_sql = "x.sql"', "setup_sql stands outside"),
        ('baseline = "zero"', "must be a table"),
        ('shims = ["db"]', "must be a text"),
        ("setup_sql = [3]", "must be a list of texts"),
    ],
)
def test_what_the_table_cannot_mean_is_refused(tiny: Tiny, text: str, why: str) -> None:
    settings(tiny, text)
    with pytest.raises(BadSettings) as refused:
        project.find(tiny.root)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("text", "refusal", "why"),
    [
        ('setup_sql = ["gone.sql"]', NoSuchFile, "setup_sql"),
        ('shims = "gone"', NoSuchFolder, "control file"),
        ('[baseline]\nmode = "dump"\ndump = "gone.sql"\nstamp = "b2"', NoSuchFile, r"gone\.sql"),
        ('[baseline]\nmode = "models"\nstamp = "zz"', UnknownStamp, "zz"),
    ],
)
def test_what_is_not_there_is_refused_before_a_server_starts(
    tiny: Tiny, text: str, refusal: type[Exception], why: str
) -> None:
    settings(tiny, text)
    events: list[str] = []
    with pytest.raises(refusal, match=why):
        verbs.prove(project.find(tiny.root), "c3", on_event=lambda event: events.append(event.text))
    assert events == []


def test_a_stand_in_of_the_project_lets_an_extension_be_made_and_is_named(tmp_path: Path, tiny: Tiny, server: Server) -> None:
    if server.major < 18:
        pytest.skip("stand-ins need extension_control_path, PostgreSQL 18")
    (tmp_path / "other").mkdir()
    shop = Tiny(tmp_path / "other")
    shop.add("a1", 'op.execute("CREATE EXTENSION shop_geo")', 'op.execute("DROP EXTENSION shop_geo")')
    lacking = shop.prove("a1", whole=False)["a1"]
    assert lacking.verdict == "unproven" and lacking.extensions_missing == ("shop_geo",)
    (shop.root / "db").mkdir()
    (shop.root / "db" / "shop_geo.control").write_text("default_version = '1.0'\nrelocatable = true\n")
    (shop.root / "db" / "shop_geo--1.0.sql").write_text("CREATE DOMAIN place AS text;\n")
    settings(shop, 'shims = "db"\n')
    proof = shop.prove("a1", whole=False)["a1"]
    assert proof.verdict == "proven" and proof.shimmed == ("shop_geo",)


def test_a_stamp_beside_a_branch_is_refused(tiny: Tiny) -> None:
    tiny.add("d4", "pass", "pass", "b2")
    settings(tiny, '[baseline]\nmode = "models"\n')
    with pytest.raises(NoStamp, match="2 heads"):
        tiny.prove("d4", whole=False)
    refused = 0
    for stamp in ("c3", "d4"):  # the one that is walked second has the other before it
        settings(tiny, f'[baseline]\nmode = "models"\nstamp = "{stamp}"\n')
        try:
            tiny.prove(stamp, whole=False)
        except BesideABranch:
            refused += 1
    assert refused == 1
