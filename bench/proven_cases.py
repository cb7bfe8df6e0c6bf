"""The labelled cases as a user of both verbs sees them: `pgwright prove`, then `pgwright check` with the proof beside it.

Each of Alembic's cases becomes a project of two revisions in a folder of its own: the first makes what `before` says, rows
included, the second is the case. It is flagged when a finding stands at warning or above after the join, or when the proof
refutes it. SQL files have no proof: for them the verdict is that of reading alone, as it is for cases that cannot run here.

`make bench NAME=check ARGS=--shadow` runs all and prints precision and recall beside those of reading alone.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import peers
from labelled_cases import Case, load
from pgwright import project, verbs_check
from pgwright.hazards.reading import commands

LIMITS = {"precision": 0.97, "recall": 0.95, "blocking_recall": 1.0}
STANDING = {"warning", "error"}
ENV = """
from alembic import context
from sqlalchemy import MetaData, create_engine, pool

engine = create_engine("postgresql+psycopg://app:x@db.invalid/app", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=MetaData())
    with context.begin_transaction():
        context.run_migrations()
"""
BEFORE = '''"""what stood before"""
from alembic import op

revision = "before"
down_revision = None


def upgrade():
    for command in {commands!r}:
        op.get_bind().exec_driver_sql(command)


def downgrade():
    raise NotImplementedError("the beginning")
'''
HEAD = '''"""the case"""
revision = "case"
down_revision = "before"
'''


@dataclass(frozen=True, slots=True)
class Told:
    """What both verbs say of a case: findings by slug with their severity, before and with the proof; the verdict."""

    read: dict[str, str]
    joined: dict[str, str]
    verdict: str = "none"
    why: str = ""

    @property
    def is_flagged(self) -> bool:
        """Whether a user is told something that wants an answer."""
        return bool(STANDING & set(self.joined.values())) or self.verdict == "refuted"


def has_proof(case: Case) -> bool:
    """Whether `prove` can run the case: a revision, of things that are there, for the server's own major."""
    return case.example is not None and not case.unrun


def told(case: Case, root: Path) -> Told:
    """Write the case as a project under `root`, prove it, and read it with and without the proof."""
    if not has_proof(case):
        read = peers.judged(case)
        return Told(read, read)
    from pgwright import verbs
    from pgwright.shadow.stage import Options

    found = project.find(write(case, root))
    settings = replace(found.settings, check={"majors": [case.major]})
    found = replace(found, settings=settings)
    read = _levels(found, ["case"])
    proofs = verbs.prove(found, whole=True, wish=verbs.Wish(options=Options("plain")))
    proof = next((one for one in proofs if one.revision == "case"), None)
    joined = _levels(found, ["case"])
    for one in proof.findings if proof else ():
        joined.setdefault(f"prove: {one.rule}", one.severity)
    why = "; ".join(reason.message for reason in proof.reasons) if proof else "no proof"
    return Told(read, joined, proof.verdict if proof else "none", why)


def write(case: Case, root: Path) -> Path:
    """The project of a case."""
    versions = root / "alembic" / "versions"
    versions.mkdir(parents=True)
    (root / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/alembic\n")
    (root / "alembic" / "env.py").write_text(ENV)
    before = [one.text for one in commands(case.before)]
    (versions / "before.py").write_text(BEFORE.format(commands=before))
    assert case.example is not None
    (versions / "case.py").write_text(HEAD + case.example.source.partition("\n")[2])
    return root


def _levels(found: project.Project, what: Sequence[str]) -> dict[str, str]:
    grades = ("info", "warning", "error")
    out: dict[str, str] = {}
    for one in verbs_check.check(found, what).findings:
        out[one.rule] = max(out.get(one.rule, "info"), one.severity, key=grades.index)
    return out


def main(step: int = 1) -> int:
    """Print both tables' rows, what is wrong with the proof, and the closing line; 0 when within the limits."""
    cases = load()[::step]
    by_reading, with_proof = set(), set()
    for number, case in enumerate(cases):
        with tempfile.TemporaryDirectory() as folder:
            one = told(case, Path(folder) / "case")
        if STANDING & set(one.read.values()):
            by_reading.add(number)
        if one.is_flagged:
            with_proof.add(number)
        if one.is_flagged == case.is_safe or (number in by_reading) != one.is_flagged:
            print(f"{case.topic}: {case.name}: {'safe' if case.is_safe else ', '.join(case.expect)}\n"
                  f"    read {one.read}, with the proof ({one.verdict}) {one.joined} {one.why[:300]}", flush=True)  # fmt: skip
    every = range(len(cases))
    proofs = [number for number in every if has_proof(cases[number])]
    rows = [
        peers.scored("reading alone", every, by_reading, cases, 0.0),
        peers.scored("with the proof", every, with_proof, cases, 0.0),
        peers.scored("reading alone, cases that were proven", proofs, by_reading, cases, 0.0),
        peers.scored("with the proof, cases that were proven", proofs, with_proof, cases, 0.0),
    ]
    print(peers.HEAD)
    print("\n".join(row.line for row in rows))
    mine, blocking = rows[1], sum(case.blocking for case in cases)
    figures = {
        "precision": round(mine.precision, 3),
        "recall": round(mine.recall, 3),
        "blocking_recall": round(1 - mine.blocking_missed / max(1, blocking), 3),
    }
    ok = all(figures[name] >= limit for name, limit in LIMITS.items())
    must = {name: f">= {limit}" for name, limit in LIMITS.items()}
    print("\n" + json.dumps({"bench": "check with proofs", "figures": figures, "must": must, "ok": ok}))
    return 0 if ok else 1

