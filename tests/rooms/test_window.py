"""The maintenance window and the command that is told how a run ended."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from target import QUICK, SETTINGS, Target
from target import target as target
from test_run_apply import NOTE
from tiny_project import TABLE

from pgwright.project.refusals import BadSettings
from pgwright.project.settings import read_settings
from pgwright.project.window import Window, window
from pgwright.run import refusals
from pgwright.run.policy import Policy


@pytest.mark.parametrize(
    ("text", "moment", "is_open"),
    [
        ("22:00-05:00", "2026-03-02T23:00", True),
        ("22:00-05:00", "2026-03-02T04:59", True),
        ("22:00-05:00", "2026-03-02T05:00", False),
        ("mon-fri 22:00-05:00", "2026-03-07T04:00", True),  # a Saturday: the night of Friday
        ("mon-fri 22:00-05:00", "2026-03-07T23:00", False),
        ("sat,sun 08:00-20:00", "2026-03-07T08:00", True),
        ("fri-mon 08:00-20:00", "2026-03-09T19:59", True),
        ("fri-mon 08:00-20:00", "2026-03-10T12:00", False),
        ("08:00-09:00 Europe/Berlin", "2026-07-01T06:30", True),
        ("08:00-09:00 Europe/Berlin", "2026-01-01T06:30", False),
    ],
)
def test_when_a_window_is_open(text: str, moment: str, is_open: bool) -> None:
    assert window(text).is_open(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is is_open


@pytest.mark.parametrize("text", ["always", "8:00-9:00", "25:00-26:00", "08:00-08:00", "mo-fr 08:00-09:00", "08:00-09:00 Mars"])
def test_what_is_no_window_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text(SETTINGS + f'window = "{text}"\n')
    with pytest.raises(BadSettings, match=r"environments\.dev\.window"):
        read_settings(tmp_path)


def test_a_misspelt_window_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "pgwright.toml").write_text(SETTINGS + 'windw = "22:00-23:00 UTC"\n')
    known = "backup, kind, notify, pace, url_env, window"
    with pytest.raises(BadSettings, match=rf"unknown key environments\.dev\.windw; known are {known}"):
        read_settings(tmp_path)


def closed() -> str:
    """A window that is shut now, and for some hours."""
    later = datetime.now(UTC) + timedelta(hours=3)
    return f"{later:%H}:00-{later:%H}:59"


@pytest.fixture
def told(target: Target) -> Path:
    """The file into which the command writes what it is told."""
    out, script = target.tiny.root / "told.jsonl", target.tiny.root / "tell.py"
    script.write_text(f"import sys; open({str(out)!r}, 'a').write(sys.stdin.read() + chr(10))")
    notify = json.dumps([sys.executable, str(script)])
    target.tiny.add("a1", *TABLE).add("b1", *NOTE)
    target.prove()
    (target.tiny.root / "pgwright.toml").write_text(f"{SETTINGS}notify = {notify}\n")
    return out


def notices(file: Path) -> list[tuple[str, list[str]]]:
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert {line["format"] for line in lines} == {"notice/1"} and {line["environment"] for line in lines} == {"dev"}
    return [(line["state"], line["revisions"]) for line in lines]


def test_outside_of_it_nothing_begins_and_the_team_is_told(target: Target, told: Path) -> None:
    settings = target.tiny.root / "pgwright.toml"
    settings.write_text(settings.read_text() + f'window = "{closed()}"\n')
    with pytest.raises(refusals.OutsideWindow) as refused:
        target.apply()
    assert refused.value.exit_status == 3 and target.value("SELECT to_regclass('pgwright.unit') IS NULL")
    target.apply(policy=Policy(ignore=frozenset({"window"})))
    assert notices(told) == [("PW-RUN-30", []), ("done", ["a1", "b1"])]


def test_a_run_pauses_when_it_is_over(target: Target, told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = target.tiny.root / "pgwright.toml"
    settings.write_text(settings.read_text() + 'window = "00:00-23:59"\n')
    shut = []
    monkeypatch.setattr(Window, "is_open", lambda self, at=None: not shut)
    with pytest.raises(refusals.Paused, match="maintenance window is over"):
        target.apply(point=lambda name: shut.append(name) if name == "a1.1.committed" else None)
    assert target.value("SELECT state FROM pgwright.unit WHERE revision = 'b1'") == "paused"
    shut.clear()
    assert [r.revision for r in target.apply().receipts] == ["b1"]
    assert notices(told) == [("PW-RUN-19", ["a1"]), ("done", ["b1"])]


def test_a_command_that_fails_is_told_and_changes_nothing(target: Target, told: Path) -> None:
    settings = target.tiny.root / "pgwright.toml"
    settings.write_text(f'{SETTINGS}notify = ["/nowhere/tell"]\n')
    assert all(r.state == "done" for r in target.apply(policy=QUICK).receipts)
    assert ["/nowhere/tell was not told" in e.text for e in target.events if e.stage == "notify"] == [True]
