"""What people see: renderers in plain mode against golden text, on a terminal with colour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from accepted import check
from desk_samples import CHANGE, FAILED, PHASED, PHASED_PROOFS, PROVEN, REFUTED, UNPROVEN

from pgwright.doors.error_output import errors_of
from pgwright.doors.show import change, doctor, humane, progress, proofs, refusal, status
from pgwright.doors.show.plain import emit, text_of
from pgwright.errors import Refusal
from pgwright.event import Event


@dataclass(frozen=True)
class Check:
    level: Any
    name: str
    text: str
    hint: str = ""


@dataclass(frozen=True)
class Line:
    revision: str
    verdict: str
    note: str = ""


EVENTS = (
    Event("server", "PostgreSQL 18.6 from the wheel"),
    Event("up", "20250404_person_prefs", 1, 3),
    Event("proven", "20250404_person_prefs", 1, 3, level="good"),
    Event("refuted", "left-behind:\n type [bold]mood[/]", 2, 3, level="bad"),
    Event("seed", "payments could not be filled", level="note"),
)
CHECKS = (
    Check("good", "tree", "backend/alembic (14 revisions, head 20250303_person_email)"),
    Check(
        "note",
        "interpreter",
        "no .venv found, using the one that runs pgwright",
        "name one: --python, or python in pgwright.toml",
    ),
    Check(
        "bad",
        "env.py",
        "SettingsError: DATABASE_URL must be set",
        "put it under [env] in pgwright.toml\nany value will do",
    ),
)
LINES = (
    Line("20250404_person_prefs", "proven", "ARCHITECT (column change)"),
    Line("20250405_phone_expand", "no proof"),
)
REFUSAL = errors_of(Refusal(file="backend/alembic/env.py", line=12))
SHOWN: dict[str, Any] = {
    "change": change.change(CHANGE, written=True),
    "change_phased": change.change(PHASED, written=False),
    "change_nothing": change.change(replace(CHANGE, revisions=(), model_patch="", approval=""), written=True),
    "proofs": proofs.proofs([PROVEN, REFUTED, FAILED, UNPROVEN, *PHASED_PROOFS]),
    "proofs_error": proofs.proofs([], REFUSAL),
    "doctor": doctor.doctor(CHECKS),
    "doctor_ready": doctor.doctor(CHECKS[:2]),
    "status": status.status(LINES, ["20250405_phone_expand"], ["the proof of x is older than its file"]),
    "status_heads": status.status([], ["a1", "b2"]),
    "refusal": refusal.errors(REFUSAL),
}


@pytest.mark.parametrize("name", SHOWN)
def test_shown_is_the_golden_text(name: str) -> None:
    check(f"show/{name}.txt", text_of(SHOWN[name], 120))


def test_golden_files_have_a_case() -> None:
    assert {f.stem for f in (Path(__file__).parents[1] / "golden/show").glob("*.txt")} == {*SHOWN, "progress"}


def test_progress_is_one_plain_line_per_event() -> None:
    out = StringIO()
    with progress.progress(out) as listen:
        for event in EVENTS:
            listen(event)
    check("show/progress.txt", out.getvalue())


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_keeps_results_as_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    out = Terminal()
    with progress.progress(out) as listen:
        for event in EVENTS:
            listen(event)
    assert "refuted: left-behind: type [bold]mood[/]" in out.getvalue()


def test_plain_text_holds_no_escape_sequence() -> None:
    out = StringIO()
    emit(SHOWN["proofs"], out)
    assert "\x1b" not in out.getvalue()
    assert out.getvalue().count("20250404_person_prefs") >= 4


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.00085, "850 us"), (0.0121, "12 ms"), (3.44, "3.4 s"), (125, "2 min 05 s"), (0, "0 us")],
)
def test_seconds(value: float, text: str) -> None:
    assert humane.seconds(value) == text


@pytest.mark.parametrize(("value", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 kB"), (5 * 1024**3, "5.0 GB")])
def test_sizes(value: int, text: str) -> None:
    assert humane.size(value) == text
