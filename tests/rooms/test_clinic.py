"""The example application: its history goes up, down and up again with plain Alembic, and its models are the head."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
CLINIC = ROOT / "examples/clinic"
HEAD = "20250303_person_email"
Alembic = Callable[..., str]


@pytest.fixture
def alembic(server: Any, database: str) -> Alembic:
    """Runs the alembic command in the application's directory, on the fresh database."""
    return runner(server, database)


def runner(server: Any, database: str) -> Alembic:
    url = f"postgresql+psycopg://postgres@/{database}?host={server.host}&port={server.port}"
    environment = {**os.environ, "CLINIC_DATABASE_URL": url, "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "alembic", *arguments],
            cwd=CLINIC / "backend",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def objects(server: Any, database: str) -> list[tuple[Any, ...]]:
    """Relations and enum types of the public schema, without Alembic's own."""
    with server.connect(database) as conn:
        return list(
            conn.execute(
                """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
                   AND relname NOT LIKE 'alembic_version%'
                   UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
                   ORDER BY 1"""
            ).fetchall()
        )


def test_history_goes_up_down_and_up(alembic: Alembic, server: Any, database: str) -> None:
    alembic("upgrade", "head")
    up = objects(server, database)
    alembic("downgrade", "base")
    assert objects(server, database) == []
    alembic("upgrade", "head")
    assert objects(server, database) == up
    assert HEAD in alembic("current")


def test_models_are_the_head(alembic: Alembic) -> None:
    alembic("upgrade", "head")
    assert "No new upgrade operations detected" in alembic("check")


@pytest.mark.parametrize("major", [pytest.param(n, marks=pytest.mark.major(n)) for n in (14, 15, 16, 17)])
def test_history_on_older_servers(major: int, server_of: Callable[[int], Any]) -> None:
    server = server_of(major)
    server.create("clinic")
    alembic = runner(server, "clinic")
    for command in (("upgrade", "head"), ("check",), ("downgrade", "base"), ("upgrade", "head")):
        alembic(*command)


def test_layout_is_the_one_of_the_delegation_prompt() -> None:
    prompt = (CLINIC / "tasks/add-notification-preferences.md").read_text()
    for path in re.findall(r"backend/\S+?(?=[)\s]|$)", prompt):
        assert (CLINIC / path).exists(), path
    assert "notification_preferences" not in (CLINIC / "backend/app/models/person.py").read_text()


def test_it_needs_nothing_but_sqlalchemy_alembic_and_psycopg() -> None:
    imported = set()
    for file in (CLINIC / "backend").rglob("*.py"):
        imported |= set(re.findall(r"^(?:from|import) (\w+)", file.read_text(), re.MULTILINE))
    ours = imported - set(sys.stdlib_module_names)
    assert ours <= {"app", "sqlalchemy", "alembic"}


def test_settings_name_what_is_missing() -> None:
    environment = {**os.environ, "CLINIC_ENVIRONMENT": "production", "PYTHONPATH": str(CLINIC / "backend")}
    environment.pop("CLINIC_DATABASE_URL", None)
    code = "from app.settings import get_settings; get_settings()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert "CLINIC_DATABASE_URL must be set" in done.stderr


SCHEMAS = ROOT / "docs/reference/schemas"


def pgwright(folder: Path, schema: str, *arguments: str) -> Any:
    """What the command prints with --json, checked against its schema."""
    command = [sys.executable, "-m", "pgwright", *arguments, "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    out = json.loads(done.stdout)
    jsonschema.validate(out, json.loads((SCHEMAS / f"{schema}.schema.json").read_text()))
    return out


def test_another_prompt_gives_another_revision_from_task_to_report(tmp_path: Path) -> None:
    clinic = tmp_path / "clinic"
    shutil.copytree(CLINIC, clinic, ignore=shutil.ignore_patterns("__pycache__"))
    task = clinic / "tasks/add-notification-preferences.md"
    text = task.read_text().replace("notification_preferences", "opening_hours")
    task.write_text(text.replace("Person", "Site").replace("person.py", "site.py"))

    change = pgwright(clinic, "change", "plan", str(task))
    assert [r["upgrade_sql"] for r in change["revisions"]] == [
        ["ALTER TABLE sites ADD COLUMN opening_hours JSONB DEFAULT '{}'::jsonb"]
    ]
    assert "backend/app/models/site.py" in change["model_patch"]
    assert change["task"]["claims"] == ["ARCHITECT Approval: Granted for this schema change"]
    assert change["approval"].startswith("ARCHITECT")

    revision = change["revisions"][0]["revision"]
    proved = pgwright(clinic, "prove-output", "prove", revision)
    assert [(r["revision"], r["verdict"]) for r in proved["revisions"]] == [(revision, "proven")]
    assert pgwright(clinic, "result", "report")["status"] == "completed"
    kept = json.loads((clinic / f".pgwright/proofs/{revision}.json").read_text())
    jsonschema.validate(kept, json.loads((SCHEMAS / "proof.schema.json").read_text()))
