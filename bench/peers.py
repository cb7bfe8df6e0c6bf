"""Every peer that pip installs, and ourselves, over the labelled cases: precision, recall, CPU milliseconds.

Judged is the file: does the tool flag it or not. Tools for SQL get the upgrade as Alembic prints it (or the file itself), each
statement that needs none outside of a transaction; tools for Alembic get the revision files of those cases that are
Alembic's. Nobody but ourselves (and db-guardrail, which runs the statements) is told what the tables were before: none of
the others has a way to be told. Rules that ask for a timeout in every file are off where they can be: no case is about them.

`make bench NAME=check ARGS=--peers` installs them into a folder of its own under the system's temporary one.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from labelled_cases import Case, load
from pgwright.hazards.example import rendered

PYTHONS = ("python3.13", "python3.12")  # one of the tools wants 3.12
TIMEOUTS = "require-timeout-settings,require-lock-timeout,require-statement-timeout"
STYLE = "prefer-robust-stmts,prefer-text-field,prefer-bigint-over-int,prefer-bigint-over-smallint,prefer-identity"
LIMITS = {"precision": 0.90, "recall": 0.85, "blocking_recall": 1.0}
VERSIONS = "alembic/versions"
Flagged = tuple[set[int], float]  # numbers of the flagged cases, CPU seconds of the whole run


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cases lie as files, and the tools' own environment."""

    root: Path
    bin: Path
    cases: Sequence[Case]

    def sql(self) -> list[str]:
        """SQL files, one a case."""
        return [f"sql/c{number}.sql" for number in range(len(self.cases))]

    def run(self, *command: str, **environment: str) -> tuple[str, float]:
        """(standard output, CPU seconds) of one command in the folder."""
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen(
                [str(self.bin / command[0]), *command[1:]], cwd=self.root, stdout=out, stderr=subprocess.DEVNULL,
                env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **environment},
            )  # fmt: skip
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            return out.read(), usage.ru_utime + usage.ru_stime


def numbers(names: Iterable[str]) -> set[int]:
    """The cases that files or revisions are named for: sql/c12.sql, c12.py, c12."""
    return {int(found[1]) for name in names if (found := re.search(r"\bc(\d+)(?:\.\w+)?$", name))}


def squawk(place: Place, exclude: str) -> Flagged:
    """One run a major: `--pg-version` is for all files of a run."""
    flagged: set[int] = set()
    seconds = 0.0
    for major in sorted({case.major for case in place.cases}):
        files = [name for name, case in zip(place.sql(), place.cases, strict=True) if case.major == major]
        text, spent = place.run("squawk", "--reporter=json", f"--pg-version={major}.0", f"--exclude={exclude}", *files)
        flagged |= numbers(one["file"] for one in json.loads(text))
        seconds += spent
    return flagged, seconds


LOCALTOOLS = """
import json, sys
from pathlib import Path
from localtools_postgres_migration_checker import engine
out = []
for name, major in zip(sys.argv[1::2], sys.argv[2::2]):
    text = Path(name).read_text().strip()
    out.append(engine.check([(name, text)], pg=int(major), txn_mode="auto") if text else {"files": []})
print(json.dumps(out))
"""


def localtools(place: Place, levels: set[str]) -> Flagged:
    """By its engine, file by file: its command starts a process for each, and all at once would know each other's tables."""
    pairs = [text for name, case in zip(place.sql(), place.cases, strict=True) for text in (name, str(case.major))]
    text, seconds = place.run("python", "-c", LOCALTOOLS, *pairs)
    flagged = set()
    for number, told in enumerate(json.loads(text)):
        found = [one for file in told["files"] for statement in file["statements"] for one in statement["findings"]]
        if any(one["severity"] in levels and "timeout" not in one["rule"] for one in found):
            flagged.add(number)
    return flagged, seconds


def ddlcheck(place: Place) -> Flagged:
    text, seconds = place.run("ddlcheck", "check", "sql")
    return numbers(re.findall(r"^File: (\S+)", text, re.M)), seconds


def alembic_guard(place: Place) -> Flagged:
    text, seconds = place.run("alembic-guard", "--format", "json", "--strict", VERSIONS)
    return numbers(one["path"] for one in json.loads(text)), seconds


def lockcheck(place: Place) -> Flagged:
    text, seconds = place.run("lockcheck", VERSIONS)
    return numbers(re.findall(r"^(\S+\.py)$", text, re.M)), seconds


def zdm(place: Place) -> Flagged:
    text, seconds = place.run("zdm", "--output-format", "json", VERSIONS)
    return numbers(re.findall(r'"(?:path|file|filename)":\s*"([^"]+)"', text)), seconds


def alembic_lint(place: Place) -> Flagged:
    """Without the cases whose revision reads rows: it ends at the first."""
    reading = [
        n for n, case in enumerate(place.cases) if case.example and rendered(case.example).upgrade.read != "full"
    ]
    left_out = [word for number in reading for word in ("--ignore-revision", f"c{number}")]
    command = ("alembic-lint", "-c", "alembic.ini", "--no-cache", *left_out)
    text, seconds = place.run(*command, PYTHONPATH=str(place.root))
    return numbers(re.findall(r"^\((c\d+)\)\.\.\. (?:WARNING|ERR)", text, re.M)), seconds


def db_guardrail(place: Place) -> Flagged:
    """On a throw-away server, each case in a database with its own tables; UNSAFE or ERROR is flagged."""
    from pgwright.shadow.binaries import find
    from pgwright.shadow.server import start

    flagged: set[int] = set()
    seconds = 0.0
    with start(find()) as server:
        for number, case in enumerate(place.cases):
            name = f"c{number}"
            server.create(name)
            with server.connect(name) as conn:
                conn.execute(case.before.encode())
            url = f"postgresql://{server.user}@/{name}?host={server.host}&port={server.port}"
            text, spent = place.run(
                "db-guardrail", "analyze", "--no-save", f"sql/c{number}.sql", DB_GUARDRAIL_DATABASE_URL=url
            )
            seconds += spent
            if re.search(r"\b(UNSAFE|ERROR)\b", text):
                flagged.add(number)
            server.drop(name)
    return flagged, seconds


def ours(place: Place, levels: set[str]) -> Flagged:
    """In a process of our own, as the others run in theirs."""
    import pgwright

    where = [str(Path(__file__).parent), str(Path(pgwright.__file__).parents[1])]
    code = f"import sys; sys.path[:0] = {where!r}; import peers; peers.tell()"
    text, seconds = Place(place.root, Path(sys.executable).parent, place.cases).run(
        Path(sys.executable).name, "-c", code
    )
    return {number for number, found in enumerate(json.loads(text)) if levels & set(found.values())}, seconds


def tell() -> None:
    """Print, for each case, our findings and how grave they are."""
    print(json.dumps([judged(case) for case in load()]))


def judged(case: Case) -> dict[str, str]:
    """Our findings of one case by slug; of two of one rule the graver."""
    from pgwright.hazards import replay, sqlfile
    from pgwright.hazards.judge import judge
    from pgwright.hazards.known import Known
    from pgwright.hazards.rules import RULES

    known = Known(version=case.major, is_complete=True)
    replay.play(known, sqlfile.read(Path("before.sql"), case.before).upgrade)
    read = rendered(case.example) if case.example else sqlfile.read(Path("case.sql"), case.text)
    grades = ("info", "warning", "error")
    out: dict[str, str] = {}
    for hit in judge(read, known, RULES):
        one = hit.finding
        out[one.rule] = max(out.get(one.rule, "info"), one.severity, key=grades.index)
    return out


@dataclass(frozen=True, slots=True)
class Tool:
    """A row of the table; `package` is what pip installs for it."""

    name: str
    run: Callable[[Place], Flagged]
    package: str = ""
    alembic_only: bool = False
    is_ours: bool = False


SQUAWK, LOCAL = "squawk-cli==2.70.0", "localtools-postgres-migration-checker==1.0.4"
TOOLS = (
    Tool("pgwright check (warning and error)", lambda place: ours(place, {"warning", "error"}), is_ours=True),
    Tool("pgwright check (error)", lambda place: ours(place, {"error"}), is_ours=True),
    Tool("squawk 2.70.0, timeout rules off", lambda place: squawk(place, TIMEOUTS), SQUAWK),
    Tool("squawk 2.70.0, style rules off too", lambda place: squawk(place, f"{TIMEOUTS},{STYLE}"), SQUAWK),
    Tool("localtools 1.0.4, high", lambda place: localtools(place, {"high"}), LOCAL),
    Tool("localtools 1.0.4, medium and high", lambda place: localtools(place, {"medium", "high"}), LOCAL),
    Tool("ddlcheck 0.1.0", ddlcheck, "ddlcheck==0.1.0"),
    Tool("db-guardrail 0.1.2, on a server", db_guardrail, "db-guardrail==0.1.2"),
    Tool("alembic-guard 0.1.1 --strict", alembic_guard, "alembic-guard==0.1.1", alembic_only=True),
    Tool("lockcheck 0.1.0", lockcheck, "lockcheck==0.1.0", alembic_only=True),
    Tool("django-zdm 0.5.0", zdm, "django-zdm==0.5.0", alembic_only=True),
    Tool("alembic-migration-linter 0.1.4", alembic_lint, "alembic-migration-linter==0.1.4", alembic_only=True),
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one tool came to."""

    tool: str
    cases: int
    tp: int
    fp: int
    fn: int
    tn: int
    blocking_missed: int
    milliseconds: float

    @property
    def precision(self) -> float:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def line(self) -> str:
        """A row of the Markdown table."""
        parts = (self.tool, self.cases, self.tp, self.fp, self.fn, self.tn, f"{self.precision:.2f}", f"{self.recall:.2f}",
                 self.blocking_missed, f"{self.milliseconds:.1f}")  # fmt: skip
        return "| " + " | ".join(map(str, parts)) + " |"


HEAD = """| tool | cases | TP | FP | FN | TN | precision | recall | blocking missed | CPU ms per file |
|---|---|---|---|---|---|---|---|---|---|"""


def scored(tool: str, asked: Sequence[int], flagged: set[int], cases: Sequence[Case], seconds: float) -> Row:
    """Counts over the cases that the tool was asked about."""
    mine = [(number in flagged, cases[number]) for number in asked]
    return Row(
        tool,
        len(mine),
        tp=sum(hit and not case.is_safe for hit, case in mine),
        fp=sum(hit and case.is_safe for hit, case in mine),
        fn=sum(not hit and not case.is_safe for hit, case in mine),
        tn=sum(not hit and case.is_safe for hit, case in mine),
        blocking_missed=sum(not hit and case.blocking for hit, case in mine),
        milliseconds=1000 * seconds / max(1, len(mine)),
    )


def rows(place: Place, tools: Sequence[Tool] = TOOLS) -> list[Row]:
    """Every tool's row; ours once more over the Alembic cases alone, to stand beside the tools for those."""
    out = []
    alembic = [number for number, case in enumerate(place.cases) if case.form == "alembic"]
    for tool in tools:
        flagged, seconds = tool.run(place)
        every = alembic if tool.alembic_only else list(range(len(place.cases)))
        out.append(scored(tool.name, every, flagged, place.cases, seconds))
        if tool.is_ours:
            share = seconds * len(alembic) / len(every)
            out.append(scored(f"{tool.name}, Alembic cases", alembic, flagged, place.cases, share))
    return out


REVISION = '"""case"""\nrevision = "c{number}"\ndown_revision = None\n'


def write(root: Path, cases: Sequence[Case]) -> None:
    """The cases as files: sql/cN.sql for all, alembic/versions/cN.py for Alembic's, and the module that one of them imports."""
    for folder in ("sql", VERSIONS, "app"):
        (root / folder).mkdir(parents=True)
    (root / "app" / "models.py").write_text("")
    (root / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/alembic\n")
    (root / "alembic" / "env.py").write_text("")
    for number, case in enumerate(cases):
        (root / "sql" / f"c{number}.sql").write_text(case.upgrade_sql)
        if case.example is not None:
            body = case.example.source.partition("\n")[2]
            (root / VERSIONS / f"c{number}.py").write_text(REVISION.format(number=number) + body)


def environment(where: Path | None) -> tuple[Path, dict[str, str]]:
    """The folder of the tools' commands, made unless one is given; and why a package is not in it, by package."""
    if where is not None:
        return where / "bin", {}
    made = Path(tempfile.gettempdir()) / "pgwright-peers"
    told = made / "missing.json"
    if not told.exists():
        shutil.rmtree(made, ignore_errors=True)
        uv = [sys.executable, "-m", "uv"]
        subprocess.run([*uv, "venv", "-q", "--python", _python(), str(made)], check=True)
        missing = {}
        for package in dict.fromkeys(tool.package for tool in TOOLS if tool.package):
            install = [*uv, "pip", "install", "-q", "--python", str(made / "bin" / "python"), package]
            done = subprocess.run(install, capture_output=True, text=True)
            if done.returncode:
                missing[package] = done.stderr.strip().splitlines()[-1].strip() if done.stderr.strip() else "no word"
        told.write_text(json.dumps(missing))
    return made / "bin", json.loads(told.read_text())


def _python() -> str:
    """An interpreter of 3.12 or 3.13 that starts (a shim may stand for a version that is not chosen), else our own."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    named = [found for name in PYTHONS if (found := shutil.which(name))]
    named += [str(one) for name in PYTHONS for one in sorted(versions.glob(f"*/bin/{name}"))]
    return next(
        (one for one in named if not subprocess.run([one, "-c", ""], capture_output=True).returncode), sys.executable
    )


def main(where: Path | None = None, *, only_ours: bool = False) -> int:
    """Print the table and the closing line; 0 when ours is within the limits."""
    cases = load()
    commands, missing = (Path(), {}) if only_ours else environment(where)
    tools = [tool for tool in TOOLS if tool.is_ours or not (only_ours or tool.package in missing)]
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write(root, cases)
        found = rows(Place(root, commands, cases), tools)
    safe = sum(case.is_safe for case in cases)
    print(f"{len(cases)} cases, {safe} of them safe, {sum(case.blocking for case in cases)} blocking\n\n{HEAD}")
    print("\n".join(row.line for row in found))
    for package, why in missing.items():
        print(f"\nnot installed: {package} ({why})")
    mine = found[0]
    blocking = sum(case.blocking for case in cases)
    figures = {
        "precision": round(mine.precision, 3),
        "recall": round(mine.recall, 3),
        "blocking_recall": round(1 - mine.blocking_missed / blocking, 3),
    }
    ok = all(figures[name] >= limit for name, limit in LIMITS.items())
    must = {name: f">= {limit}" for name, limit in LIMITS.items()}
    print("\n" + json.dumps({"bench": "peers", "figures": figures, "must": must, "ok": ok}))
    return 0 if ok else 1
