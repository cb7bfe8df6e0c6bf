"""The plugin pgwright-alembic: an early refusal in words, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from keys import Keys
from test_plain_alembic import lay
from test_plain_alembic import tree as tree

from environments import environment
from pgwright.shadow.server import Server

DIST = Path(__file__).parents[2] / "dists/pgwright-alembic"
ENTRY = "[alembic.plugins]\npgwright = pgwright_alembic\n"


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder for PYTHONPATH in which the distribution is as installed, by its metadata."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "pgwright_alembic").symlink_to(DIST / "src/pgwright_alembic")
    info = folder / "pgwright_alembic-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pgwright-alembic\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(ENTRY)
    return str(folder)


def run(tree: Path, server: Server, python: str, path: str, *words: str) -> subprocess.CompletedProcess[str]:
    url = f"postgresql+psycopg://worker@/plain?host={server.host}&port={server.port}"
    env = {**os.environ, "APP_URL": url, "PYTHONPATH": path}
    return subprocess.run([python, "-m", "alembic", *words], cwd=tree, capture_output=True, text=True, env=env, check=False)


def refused_early(tree: Path, server: Server, python: str, path: str) -> None:
    for words in (["upgrade", "head"], ["downgrade", "base"], ["stamp", "head"]):
        done = run(tree, server, python, path, *words)
        assert done.returncode != 0
        assert "this database is guarded" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    for words in (["heads"], ["current"], ["history"]):
        assert run(tree, server, python, path, *words).returncode == 0


@pytest.mark.parametrize("tier", ["T1", "T2"])
def test_a_guarded_database_is_refused_before_anything_is_sent(
    tree: Path, guarded: Server, keys: Keys, installed: str, tier: str
) -> None:
    for words in (["upgrade", "head"], ["downgrade", "b1"]):
        assert run(tree, guarded, sys.executable, installed, *words).returncode == 0  # free without a guard
    lay(guarded, keys, tier)
    refused_early(tree, guarded, sys.executable, installed)


def test_it_never_stops_alembic_from_starting(tmp_path: Path, tree: Path, guarded: Server, installed: str) -> None:
    """Without SQLAlchemy's events, and with a broken one, `alembic heads` works."""
    program = "import sys; import pgwright_alembic as p; sys.modules['sqlalchemy'] = None; p.setup(None); print('fine')"
    env = {**os.environ, "PYTHONPATH": installed}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env, check=False)
    assert done.stdout == "fine\n", done.stderr
    read = "import sys, pgwright_alembic as p; p.setup(None); print([m for m in sys.modules if m.startswith('alembic')])"
    done = subprocess.run([sys.executable, "-c", read], capture_output=True, text=True, env=env, check=False)
    assert done.stdout == "[]\n", done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.18.4", "1.20.1"])
def test_other_versions_of_alembic(tree: Path, guarded: Server, keys: Keys, version: str) -> None:
    """Installed as a wheel, by a real installer."""
    sqlalchemy = {"1.18.4": "2.1.9", "1.20.1": "2.0.45"}[version]
    python = environment(version, sqlalchemy)
    command = [sys.executable, "-m", "uv", "pip", "install", "-q", "-p", str(python.parent.parent), "--no-deps", str(DIST)]
    subprocess.run(command, check=True)
    try:
        lay(guarded, keys, "T2")
        refused_early(tree, guarded, str(python), "")
    finally:
        words = [sys.executable, "-m", "uv", "pip", "uninstall", "-q", "-p", str(python.parent.parent), "pgwright-alembic"]
        subprocess.run(words, check=True)
