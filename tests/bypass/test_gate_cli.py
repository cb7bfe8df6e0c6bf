"""The verbs, in a process of their own, from the plan of an installation to the removal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from keys import Keys
from scenes import build

from pgwright.shadow.server import Server

PEOPLE = ("alice", "bob")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Its own: the guard's roles are made and dropped here."""
    from pgwright.shadow.binaries import find
    from pgwright.shadow.server import start

    with start(find()) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, server: Server) -> Iterator[Path]:
    """A project with an environment, two signers with keys, and a database that its application owns."""
    (tmp_path / "alembic/versions").mkdir(parents=True)
    (tmp_path / "alembic/env.py").write_text("")
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
    (tmp_path / "pgwright.toml").write_text('[environments.staging]\nkind = "staging"\nurl_env = "STAGING_URL"\n')
    (tmp_path / ".pgwright").mkdir()
    lines = []
    for name in PEOPLE:
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]
        subprocess.run(make, cwd=tmp_path, check=True)
        lines.append(f"{name} {(tmp_path / f'{name}.pub').read_text().rsplit(' ', 1)[0]}\n")
    (tmp_path / ".pgwright/allowed_signers").write_text("".join(lines))
    build(server, "cli", "T0", Keys())
    yield tmp_path
    server.drop("cli")


def run(project: Path, server: Server, *arguments: str, status: int, user: str = "postgres") -> Any:
    url = f"postgresql+psycopg://{user}:not-to-be-seen@/cli?host={server.host}&port={server.port}"
    env = {**os.environ, "STAGING_URL": url}
    command = [sys.executable, "-m", "pgwright", "-C", str(project), *arguments, "--json", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    assert "not-to-be-seen" not in done.stdout + done.stderr
    return json.loads(done.stdout)


def sign(project: Path, text: str) -> list[str]:
    """The signature files of both people."""
    files = []
    for name in PEOPLE:
        subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "pgwright", "-f", name, text], cwd=project, check=True)
        (project / f"{text}.sig").rename(project / f"{text}.{name}.sig")
        files += ["--signature", str(project / f"{text}.{name}.sig")]
    return files


def test_from_the_plan_to_the_removal(project: Path, server: Server) -> None:
    env = ("--env", "staging")
    planned = run(project, server, "gate", "install", *env, status=3)
    assert (planned["tier"], planned["done"], planned["installed"]) == ("T2", False, False)
    assert run(project, server, "gate", "doctor", *env, status=2)["errors"][0]["code"] == "PW-GUARD-06"
    assert run(project, server, "gate", "install", *env, "--yes", status=0)["done"]
    found = run(project, server, "gate", "doctor", *env, status=0)
    assert found["well"]
    assert len(found["rows"]) >= 150
    assert run(project, server, "ledger", "verify", *env, "--keep", status=0)["damage"] == []
    assert (project / ".pgwright/heads/staging.txt").read_text().startswith("1 ")
    run(project, server, "gate", "suspend", *env, "-o", str(project / "suspend.txt"), status=3)
    texts = ["--text", str(project / "suspend.txt")]
    refused = run(project, server, "gate", "suspend", *env, *texts, status=3)
    assert "0 of 2 approvals" in refused["errors"][0]["message"]
    run(project, server, "gate", "suspend", *env, *texts, *sign(project, "suspend.txt"), status=0)
    ill = run(project, server, "gate", "doctor", *env, status=1)
    assert "suspended" in {one["name"] for one in ill["checks"] if one["level"] == "bad"}
    run(project, server, "gate", "resume", *env, "-o", str(project / "resume.txt"), status=3)
    texts = ["--text", str(project / "resume.txt"), *sign(project, "resume.txt")]
    run(project, server, "gate", "resume", *env, *texts, status=0)
    assert run(project, server, "gate", "doctor", *env, status=0)["well"]
    events = [one["event"] for one in run(project, server, "ledger", "show", *env, status=0)["lines"]]
    assert events == ["install", "suspend", "resume"]
    with server.connect("cli") as conn:
        conn.execute("SET event_triggers = off")
        conn.execute("ALTER TABLE pgwright.ledger DISABLE TRIGGER only_append")
        conn.execute("DELETE FROM pgwright.ledger")
    assert run(project, server, "ledger", "verify", *env, status=1)["damage"][0]["kind"] == "cut"
    assert run(project, server, "gate", "remove", *env, status=3)["errors"][0]["code"] == "PW-GUARD-08"
    assert run(project, server, "gate", "remove", *env, "--yes", status=0)["back"] > 5


def test_what_is_wrong_is_named(project: Path, server: Server) -> None:
    refused = run(project, server, "gate", "install", "--env", "nowhere", status=2)
    assert "(staging)" in refused["errors"][0]["message"]
    refused = run(project, server, "gate", "install", "--env", "staging", "--admin-env", "NO_SUCH", status=2)
    assert "NO_SUCH" in refused["errors"][0]["message"]
    (project / ".pgwright/allowed_signers").write_text("alice ssh-rsa AAAA\n")
    refused = run(project, server, "gate", "install", "--env", "staging", "--yes", status=2)
    assert refused["errors"][0]["code"] == "PW-GATE-22"
    refused = run(project, server, "gate", "install", "--env", "staging", status=2, user="nobody_there")
    assert refused["errors"][0]["code"] == "PW-PROJECT-11"
