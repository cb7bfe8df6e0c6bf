"""What is found on disk: trees, settings, interpreters, the history, and what is new against the main branch."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pgwright.interpreter.python import find as find_python
from pgwright.project import Environment, find, new_against_main, read_history, select
from pgwright.project.refusals import (
    AmbiguousRevision,
    BadSettings,
    ManyTrees,
    NoTree,
    PasswordInFile,
    UnknownRevision,
    UnknownTree,
)

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The examples, outside any repository."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("ALEMBIC_CONFIG", raising=False)
    return Path(shutil.copytree(EXAMPLES, tmp_path / "examples"))


# trees


def test_an_ini_file_where_one_stands(copied: Path) -> None:
    project = find(copied / "branches")
    assert project.root == copied / "branches" and project.repository is None
    assert project.tree.name == "alembic.ini" and project.tree.versions == (project.root / "migrations" / "versions",)


def test_from_a_directory_inside(copied: Path) -> None:
    assert find(copied / "branches" / "migrations" / "versions").root == copied / "branches"


def test_pyproject_alone(copied: Path) -> None:
    tree = find(copied / "in_pyproject").tree
    assert tree.ini is None and tree.toml is not None and tree.directory == copied / "in_pyproject" / "migrations"


def test_several_trees_are_listed_until_one_is_chosen(copied: Path) -> None:
    several = copied / "several"
    git(several, "init", "-q")
    with pytest.raises(ManyTrees) as refused:
        find(several)
    assert refused.value.facts["names"] == "api/alembic.ini, api/alembic.ini:tenants, backend/alembic.ini"
    assert find(several, tree="backend/alembic.ini").tree.cwd == several / "backend"
    assert find(several, tree="tenants").tree.section == "tenants"
    assert find(several, tree="backend/migrations").tree.name == "backend/alembic.ini"
    assert find(several / "backend").tree.name == "backend/alembic.ini"  # what alembic itself takes there
    with pytest.raises(UnknownTree):
        find(several, tree="elsewhere")


def test_a_location_relative_to_a_directory_above(copied: Path) -> None:
    """`alembic -c api/alembic.ini` run at the root: script_location = api/migrations."""
    several = copied / "several"
    git(several, "init", "-q")
    tree = find(several, tree="api/alembic.ini").tree
    assert tree.cwd == several and tree.directory == several / "api" / "migrations"


def test_alembic_config_of_the_environment(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    several = copied / "several"
    git(several, "init", "-q")
    monkeypatch.setenv("ALEMBIC_CONFIG", "backend/alembic.ini")
    assert find(several).tree.name == "backend/alembic.ini"


def test_virtual_environments_are_not_searched(copied: Path) -> None:
    project = copied / "branches"
    for place in (project / ".venv", project / "venv", project / "my_env", project / "node_modules"):
        shutil.copytree(EXAMPLES / "in_pyproject", place / "lib" / "x")
    (project / "my_env" / "pyvenv.cfg").touch()
    assert len(find(project).trees) == 1


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(NoTree, match=r"Looked for alembic\.ini"):
        find(tmp_path)


# settings


def test_the_settings_file(copied: Path) -> None:
    project = copied / "branches"
    (project / "pgwright.toml").write_text(
        'python = "bin/python"\nmajor = 16\nsetup_sql = ["setup.sql"]\nx = ["tenant=a"]\nallow = ["127.0.0.1:6379"]\n'
        '[env]\nSECRET = "long"\nDATABASE_URL = "postgresql://app:pw@nowhere.invalid/app"\n'
        '[environments.production]\nurl_env = "PROD_URL"\n[environments.qa]\nurl_env = "QA_URL"\nkind = "staging"\n'
    )
    settings = find(project).settings
    assert settings.environments == (
        Environment("production", "production", "PROD_URL"),
        Environment("qa", "staging", "QA_URL"),
    )
    assert settings.setup_sql == (project / "setup.sql",) and settings.major == 16 and settings.env["SECRET"] == "long"
    assert find_python(find(project)).command == (str(project / "bin" / "python"),)


def test_a_table_in_pyproject(copied: Path) -> None:
    with (copied / "in_pyproject" / "pyproject.toml").open("a") as file:
        file.write('\n[tool.pgwright]\nmain = "trunk"\n')
    settings = find(copied / "in_pyproject").settings
    assert settings.main == "trunk" and settings.source == "pyproject.toml"


@pytest.mark.parametrize(
    "text",
    [
        '[environments.production]\nurl_env = "postgresql://app:secret@db/app"',
        '[environments.production]\nurl_env = "P"\nkind = "postgresql://app:secret@db/app"',
        '[env]\nDATABASE_URL = "postgresql://app:secret@db.company.com/app"',
        'x = ["url=postgresql://app:secret@db/app"]',
        '[env]\nDSN = "host=db dbname=app password=secret"',
    ],
)
def test_a_password_is_refused(copied: Path, text: str) -> None:
    (copied / "branches" / "pgwright.toml").write_text(text)
    with pytest.raises(PasswordInFile) as refused:
        find(copied / "branches")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["pyton = 1", "python = 1", "[environments]\nprod = 1", "env = {", '[environments.x]\nurl_env = "X"']
)
def test_a_mistake_is_named(copied: Path, text: str) -> None:
    (copied / "branches" / "pgwright.toml").write_text(text)
    with pytest.raises(BadSettings):
        find(copied / "branches")


# interpreters


def test_which_python(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = find(copied / "branches")
    assert find_python(project).found_by == "pgwright's own interpreter"
    python = project.root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    assert find_python(project).command == (str(python),) and find_python(project).found_by == "branches/.venv"
    active = project.root.parent / "active" / "bin" / "python"
    active.parent.mkdir(parents=True)
    active.symlink_to(sys.executable)
    monkeypatch.setenv("VIRTUAL_ENV", str(active.parent.parent))
    assert find_python(project).found_by == "$VIRTUAL_ENV"
    written = replace(
        project, settings=replace(project.settings, python="docker compose exec -T api python", source="f")
    )
    assert find_python(written).is_prefix and find_python(written).found_by == "python in f"
    assert find_python(written, "/usr/bin/python3").found_by == "--python"


# history


def test_the_history_is_read_without_running_it(copied: Path) -> None:
    history = find(copied / "branches").history()
    order = [one.revision for one in history.revisions]
    assert order.index("a1") < order.index("b1") < order.index("c1") < order.index("d1")
    assert set(history.heads) == {"e1", "f1", "g1"} and history.problems == ()
    assert history.by_id["c1"].down == ("b1", "b2") and history.by_id["a1"].doc == "person"
    assert history.by_id["d1"].line == 6 and history.by_id["d1"].upgrade_line == 12


def test_what_is_wrong_with_a_history(copied: Path) -> None:
    history = find(copied / "broken_files").history()
    told = {(one.kind, one.file.name, one.line) for one in history.problems}
    assert told == {
        ("syntax", "b1.py", 4),
        ("orphan", "c1.py", 6),
        ("cycle", "d1.py", 6),
        ("cycle", "d2.py", 6),
        ("duplicate", "z1.py", 6),
    }
    assert {one.revision for one in history.revisions} == {"a1", "c1", "d1", "d2"}


def test_ways_of_writing_a_revision(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        '"""First."""\nfrom typing import Union\nrevision: str = "a"\ndown_revision: Union[str, None] = None\n'
    )
    (tmp_path / "b.py").write_text('revision = "b"\ndown_revision = ["a"]\npgwright = {"phase": "expand"}\n')
    (tmp_path / "c.py").write_text('revision = "c"\ndown_revision = compute()\n')
    (tmp_path / "helper.py").write_text("x = 1\n")
    (tmp_path / "two.py").write_text('revision, down_revision = "e", "b"\nbranch_labels = depends_on = None\n')
    (tmp_path / "list.py").write_text('[revision, (down_revision, x)] = ["f", ("e", 1)]\n')
    (tmp_path / "call.py").write_text("revision, down_revision = pair()\n")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "d.py").write_text('revision = "d"\ndown_revision = "b"\ndepends_on = "a"\n')
    flat, deep = read_history([tmp_path]), read_history([tmp_path], recursive=True)
    assert [one.revision for one in flat.revisions] == ["a", "b", "e", "f"]
    assert flat.by_id["b"].literal == {"phase": "expand"}
    assert (flat.by_id["e"].down, flat.by_id["e"].labels, flat.by_id["f"].down) == (("b",), (), ("e",))
    assert [(one.kind, one.file.name) for one in flat.problems] == [("unreadable", "c.py"), ("unreadable", "call.py")]
    assert deep.heads == ("d", "f") and deep.ancestors("d") == {"a", "b", "d"}


# selection


def test_ranges_names_and_beginnings(copied: Path) -> None:
    history = find(copied / "branches").history()
    assert set(select(history, "a1..c1")) == {"b1", "b2", "c1"}
    assert select(history, "..a1") == ("a1",) and select(history, "base..a1") == ("a1",)
    assert set(select(history, "d1..")) == {"e1", "f1", "g1"} == set(select(history, "heads"))
    assert select(history, "c") == ("c1",)
    with pytest.raises(AmbiguousRevision, match=r"b\d, b\d"):
        select(history, "b")
    with pytest.raises(UnknownRevision):
        select(history, "z")


def git(where: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", where, *identity, *arguments], check=True, capture_output=True)


def chosen(project: Path) -> dict[str, str]:
    return {one.revision: one.why for one in new_against_main(find(project))}


def write(project: Path, name: str, down: str) -> Path:
    path = project / "migrations" / "versions" / f"{name}.py"
    path.write_text(f'revision = "{name}"\ndown_revision = "{down}"\n')
    return path


def test_new_against_main(copied: Path) -> None:
    project = copied / "branches"
    assert chosen(project) == {"e1": "head", "f1": "head", "g1": "head"}  # without git: the heads
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "all")
    assert chosen(project) == {}
    write(project, "h1", "e1")
    assert chosen(project) == {"h1": "added"}  # on main itself: what is not committed
    git(project, "switch", "-qc", "feature")
    git(project, "add", ".")
    git(project, "commit", "-qm", "h1")
    write(project, "h2", "h1")
    git(project, "add", ".")
    write(project, "h3", "h2")
    edited = project / "migrations" / "versions" / "a1_person.py"
    edited.write_text(edited.read_text() + "# edited\n")
    (project / "migrations" / "versions" / "g1_random.py").unlink()
    assert list(chosen(project).items()) == [("a1", "changed"), ("h1", "added"), ("h2", "added"), ("h3", "added")]


def test_ahead_of_the_remote_on_main(copied: Path, tmp_path: Path) -> None:
    project = copied / "branches"
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "all")
    git(tmp_path, "clone", "-q", str(project), "clone")
    clone = tmp_path / "clone"
    write(clone, "h1", "e1")
    git(clone, "add", ".")
    git(clone, "commit", "-qm", "h1")
    assert chosen(clone) == {"h1": "added"}


def test_main_moved_on(copied: Path) -> None:
    """What others landed on main meanwhile is not ours."""
    project = copied / "branches"
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-qm", "all")
    git(project, "switch", "-qc", "feature")
    write(project, "h1", "e1")
    git(project, "add", ".")
    git(project, "commit", "-qm", "h1")
    git(project, "switch", "-q", "main")
    write(project, "i1", "f1")
    git(project, "add", ".")
    git(project, "commit", "-qm", "i1")
    git(project, "switch", "-q", "feature")
    assert chosen(project) == {"h1": "added"}


ODD = {
    "plain.py": '"""doc\n\nmore"""\nrevision = "a"\ndown_revision = None\n\ndef upgrade():\n    pass\n\n\n'
    "def downgrade():\n    pass\n",
    "late.py": 'revision = "b"\n\ndef upgrade():\n    pass\n\ndown_revision: str | None = "a"\n',
    "text.py": 'revision = "c"\ndown_revision = "b"\nSQL = """\ndef upgrade\n"""\n\ndef upgrade():\n    pass\n',
    "helper.py": "def revise():\n    pass\n",
    "two.py": 'revision, down_revision = "t", "a"\n\ndef upgrade():\n    pass\n',
    "two_behind.py": 'x = 1\n\ndef helper():\n    pass\n\nrevision, down_revision = "u", "a"\n',
    "broken_head.py": "revision = \n",
    "computed.py": "revision = str(1)\n",
}


def test_heads_alone_say_the_same(tmp_path: Path) -> None:
    for name, text in ODD.items():
        (tmp_path / name).write_text(text)
    whole, heads = read_history([tmp_path]), read_history([tmp_path], heads_only=True)
    assert heads == whole
    assert (heads.by_id["a"].upgrade_line, heads.by_id["a"].downgrade_line) == (7, 11)


def test_heads_alone_leave_bodies_to_who_imports_them(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("revision = 'a'\ndown_revision = None\n\ndef upgrade():\n    x = = 1\n")
    assert [one.kind for one in read_history([tmp_path]).problems] == ["syntax"]
    assert read_history([tmp_path], heads_only=True).problems == ()
