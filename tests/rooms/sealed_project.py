"""A project under git whose history is sealed and merged, for tests that then do to it what people do."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pgwright.gate.compare import Rendered
from pgwright.gate.seal import Sealed
from pgwright.gate.verify import Verified, verify
from pgwright.project import Project, find
from pgwright.step import Finding
from pgwright.verbs.history import history_seal, history_verify, renderer

EXAMPLE = Path(__file__).parents[1] / "examples/sealed"
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false")
Render = Callable[[Sequence[str]], Mapping[str, Rendered]]


def git(where: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", where, *IDENTITY, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@dataclass
class SealedProject:
    """On a branch `work` of a sealed main."""

    root: Path

    @property
    def versions(self) -> Path:
        return self.root / "migrations/versions"

    @property
    def sums(self) -> Path:
        return self.root / "migrations/migrations.sum"

    @property
    def found(self) -> Project:
        return find(self.root)

    def change(self, name: str, old: str, new: str) -> Path:
        """Replace text in a file; the text must be there."""
        path = self.root / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        return path

    def add(self, name: str, down: str, body: str = "pass") -> Path:
        """One more revision."""
        path = self.versions / f"{name[:40]}.py"
        path.write_text(
            f'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "{name}"\ndown_revision = "{down}"\n\n\n'
            f"def upgrade():\n    {body}\n\n\ndef downgrade():\n    pass\n"
        )
        return path

    def commit(self, message: str = "work") -> None:
        git(self.root, "add", "-A")
        git(self.root, "commit", "-qm", message)

    def seal(self, what: str | None = None) -> Sealed:
        return history_seal(self.found, what)

    def verify(self, *, everything: bool = False) -> Verified:
        """With the real interpreter behind it, should it come to that."""
        return history_verify(self.found, everything=everything)

    def read(self) -> dict[str, Finding]:
        """{story: finding} of a verification that must not compile anything."""

        def never(names: Sequence[str]) -> Mapping[str, Rendered]:
            raise AssertionError(f"compiled {names}")

        return {one.rule: one for one in verify(self.found, never).findings}

    def renderer(self) -> Render:
        return renderer(self.found, None, lambda event: None)


def make(root: Path) -> SealedProject:
    """The example, sealed on main, with a branch checked out."""
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / ".gitignore").write_text("__pycache__/\n")
    return begin(SealedProject(root))


def begin(project: SealedProject) -> SealedProject:
    """The history starts here: a new repository, everything sealed on main, the branch `work` checked out."""
    shutil.rmtree(project.root / ".git", ignore_errors=True)
    project.sums.unlink(missing_ok=True)
    git(project.root, "init", "-q", "-b", "main")
    project.commit("as it was")
    project.seal()
    project.commit("sealed")
    git(project.root, "switch", "-qc", "work")
    return project
