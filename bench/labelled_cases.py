"""The labelled miniature revisions of `bench/labelled/*.toml`: what each would do to a live system, judged by people.

Labels come from PostgreSQL's documentation and from trying the statements, never from what a tool says. A case is a
revision (`up`, `down`) or an SQL file (`sql`) on the database that `before` (of the case, else of the file) and `also` make.

expect    the hazards, by slug; none: a safe look-alike
allow     slugs that may be named besides: true, but not what the case is about
blocking  it keeps readers or writers out for as long as its work takes
fails     the server refuses it
major     the PostgreSQL that it is for, when not 18
unrun     it cannot run in a scratch database: it makes a role, or imports what is not there
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pgwright.hazards.example import Example, rendered, revision

FOLDER = Path(__file__).resolve().parent / "labelled"


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled revision or SQL file."""

    topic: str
    name: str
    form: str  # "alembic" or "sql"
    before: str
    example: Example | None
    text: str
    expect: tuple[str, ...]
    allow: tuple[str, ...] = ()
    blocking: bool = False
    fails: bool = False
    major: int = 18
    unrun: bool = False

    @property
    def is_safe(self) -> bool:
        """True when a tool should say nothing."""
        return not self.expect

    @property
    def upgrade_sql(self) -> str:
        """What psql would run: the file itself, or what Alembic prints for the upgrade, BEGIN and COMMIT included."""
        if self.example is None:
            return self.text
        lines: list[str] = []
        inside: int | None = None
        for one in rendered(self.example).upgrade.statements:
            if one.transaction != inside:
                lines += ["COMMIT;"] if inside is not None else []
                lines += ["BEGIN;"] if one.transaction is not None else []
                inside = one.transaction
            lines.append(one.text.rstrip().rstrip(";") + ";")
        return "\n".join([*lines, *(["COMMIT;"] if inside is not None else []), ""])


def load() -> list[Case]:
    """Every case, in the order of the files."""
    return [one for path in sorted(FOLDER.glob("*.toml")) for one in _of_file(path)]


def _of_file(path: Path) -> list[Case]:
    whole = tomllib.loads(path.read_text("utf-8"))
    out = []
    for one in whole["case"]:
        form = one.get("form", "sql" if "sql" in one else "alembic")
        before = (
            one.get("before", whole["before"])
            + "\n"
            + (one["also"].rstrip().rstrip(";") + ";" if "also" in one else "")
        )
        example = revision(one["up"], one.get("down", "pass")) if form == "alembic" else None
        facts = {name: one[name] for name in ("blocking", "fails", "major", "unrun") if name in one}
        expect, allow = tuple(one["expect"]), tuple(one.get("allow", ()))
        out.append(Case(path.stem, one["name"], form, before, example, one.get("sql", ""), expect, allow, **facts))
    return out
