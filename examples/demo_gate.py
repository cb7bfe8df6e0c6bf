"""The gate in four scenes, by public commands: a refused DROP, a refused edit, a signed apply, and its line in the ledger.

Goes on where examples/demo.py ends, with the same copy of the clinic; `python examples/demo_gate.py` tells it by itself. A
throw-away server of `pgwright pg serve` stands for production.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

HEAD = "20250303_person_email"
SETTINGS = '\n[environments.production]\nkind = "production"\nurl_env = "PRODUCTION_URL"\n'
Say = Callable[[str], None]


class Scene:
    """The project, and how its commands are run: each is printed, and has to end with the status that is expected."""

    def __init__(self, project: Path, say: Say, env: dict[str, str]) -> None:
        self.project, self.say, self.env = project, say, env

    def run(self, *command: str, status: int = 0, cwd: str = ".") -> None:
        self.say("$ " + shlex.join(command))
        done = subprocess.run(self._program(command), cwd=self.project / cwd, env=self.env, check=False)
        if done.returncode != status:
            sys.exit(f"ended with {done.returncode}, not {status}")

    def read(self, *command: str) -> dict[str, str]:
        """What a command says as JSON; printed is the command alone."""
        self.say("$ " + shlex.join(command))
        done = subprocess.run([*self._program(command), "--json"], cwd=self.project, env=self.env, capture_output=True)
        if done.returncode:
            sys.exit(done.stdout.decode())
        return dict(json.loads(done.stdout))

    def quietly(self, *command: str, cwd: str = ".") -> None:
        subprocess.run(self._program(command), cwd=self.project / cwd, env=self.env, check=True, capture_output=True)

    def sql(self, login: str, statement: str, database: str = "clinic") -> str:
        """Send one statement as that login, print it and what the server answers."""
        self.say(f"{login}=> {statement};")
        where = {"host": self.env["DEMO_HOST"], "port": self.env["DEMO_PORT"], "user": login, "dbname": database}
        try:
            with psycopg.connect(**where, autocommit=True) as conn:  # type: ignore[arg-type]
                conn.execute(statement.encode())
        except psycopg.Error as error:
            hint = f"\nHINT:  {error.diag.message_hint}" if error.diag.message_hint else ""
            print(f"ERROR:  {error.diag.message_primary}{hint}", flush=True)
            return str(error.sqlstate)
        print("done", flush=True)
        return ""

    @staticmethod
    def _program(command: tuple[str, ...]) -> list[str]:
        ours = command[0] in ("pgwright", "alembic")
        return [sys.executable, "-m", *command] if ours else list(command)


@contextmanager
def production(project: Path) -> Iterator[dict[str, str]]:
    """A server that stands for production, and the addresses of it."""
    command = [sys.executable, "-m", "pgwright", "pg", "serve", "--json"]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert serving.stdout is not None
    try:
        where = _first_object(serving.stdout)["serving"]

        def url(user: str) -> str:
            return f"postgresql+psycopg://{user}@/clinic?host={where['host']}&port={where['port']}"

        yield {
            **os.environ, "DEMO_HOST": where["host"], "DEMO_PORT": str(where["port"]), "COLUMNS": "110",
            "CLINIC_DATABASE_URL": url("clinic"), "PRODUCTION_URL": url("pgwright_runner"), "ADMIN_URL": url("postgres"),
        }  # fmt: skip
    finally:
        serving.terminate()
        serving.wait(30)


def _first_object(lines: Iterable[str]) -> dict[str, dict[str, str]]:
    """The JSON object that begins there; what serves goes on running after it."""
    text = ""
    for line in lines:
        text += line
        with suppress(json.JSONDecodeError):
            return dict(json.loads(text))
    raise SystemExit("pgwright pg serve said nothing")


def main(project: Path, say: Say) -> None:
    """Tell it. The project holds one planned and proven revision after HEAD."""
    with production(project) as env:
        scene = Scene(project, say, env)
        revision = prepare(scene)
        drop(scene)
        edit(scene)
        signed(scene, revision)


def prepare(scene: Scene) -> str:
    """A production database that plain Alembic brought to HEAD; somebody who may sign; the history sealed and committed."""
    project = scene.project
    scene.say("Production. The application's login made its tables, with plain Alembic:")
    scene.sql("postgres", "CREATE ROLE clinic LOGIN", "postgres")
    scene.sql("postgres", "CREATE DATABASE clinic OWNER clinic", "postgres")
    scene.quietly("alembic", "upgrade", HEAD, cwd="backend")
    scene.say("Ada may sign, with the SSH key that she has. The history is sealed, and all of it is on the main branch:")
    (project / "keys").mkdir()
    scene.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f", "keys/ada")
    key = " ".join((project / "keys/ada.pub").read_text("utf-8").split()[:2])
    (project / ".pgwright/allowed_signers").write_text(f'ada@example.invalid namespaces="pgwright" {key}\n', "utf-8")
    with (project / "pgwright.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    (project / ".git/info/exclude").write_text("keys/\n", "utf-8")
    scene.run("pgwright", "history", "seal")
    who = ("-c", "user.name=demo", "-c", "user.email=demo@example.invalid")
    scene.quietly("git", *who, "add", "-A")
    scene.quietly("git", *who, "commit", "-qm", "notification preferences, sealed")
    [proof] = (project / ".pgwright/proofs").glob("*.json")
    return str(json.loads(proof.read_text("utf-8"))["revision"])


def drop(scene: Scene) -> None:
    """The database itself refuses."""
    scene.say("1. The guard is laid over the live database. Afterwards the application's login owns nothing:")
    scene.run("pgwright", "gate", "install", "--env", "production", "--admin-env", "ADMIN_URL", "--yes")
    if not scene.sql("clinic", "DROP TABLE people CASCADE"):
        sys.exit("the guard let it through")
    if scene.sql("clinic", "UPDATE people SET locale = 'en' WHERE locale IS NULL"):
        sys.exit("the application may no longer write")


def edit(scene: Scene) -> None:
    """What is frozen stays."""
    scene.say("2. Somebody edits a revision that the main branch has:")
    file = scene.project / "backend/alembic/versions" / f"{HEAD}.py"
    text = file.read_text("utf-8")
    file.write_text(text.replace("def upgrade() -> None:\n", 'def upgrade() -> None:\n    op.execute("SELECT 1")\n'), "utf-8")
    scene.run("pgwright", "history", "verify", status=1)
    scene.run("git", "checkout", "-q", str(file.relative_to(scene.project)))


def signed(scene: Scene, revision: str) -> None:
    """Nothing runs before somebody signed, and what runs is what was signed."""
    scene.say("3. The new revision waits for a signature:")
    scene.run("pgwright", "apply", "--env", "production", status=3)
    asked = scene.read("pgwright", "request", revision, "--env", "production")
    print(asked["text"], flush=True)
    scene.run("pgwright", "approve", asked["id"], "--key", "keys/ada")
    scene.run("pgwright", "apply", "--env", "production")
    scene.say("4. And the ledger, inside the database, says who and what; its head is kept in git:")
    scene.run("pgwright", "ledger", "show", "--env", "production")
    scene.run("pgwright", "ledger", "verify", "--env", "production")


def alone(project: Path | None = None) -> None:
    """The same without the first part of the story: what it ends with is made unseen."""
    import demo

    place = project or demo.PROJECT
    demo.copy(place)
    before = Scene(place, demo.say, dict(os.environ))
    for words in (("init",), ("plan", demo.TASK), ("prove",)):
        before.quietly("pgwright", *words)
    main(place, demo.say)


if __name__ == "__main__":
    alone()
