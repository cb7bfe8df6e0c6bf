"""The demo's second half: one real online change while the example application works, and its two plots."""

from __future__ import annotations

import importlib
import re
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from types import ModuleType

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def plot(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return importlib.import_module("latency_plot")


def pixels(file: Path) -> tuple[int, int, bytes]:
    """Width, height and the raw rows of a PNG, its checksums compared."""
    data = file.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, parts = 8, {}
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + body)
        parts[kind], at = body, at + 12 + size
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    return width, height, zlib.decompress(parts[b"IDAT"])


def test_the_change_is_applied_under_load_without_an_error(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLES / "demo_online.py"), "--payments", "2000", "--rate", "20", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout  # not a terminal: plain
    said = re.search(r"([\d,]+) payments, ([\d,]+) references\. The clinic saw 0 errors in ([\d,]+) transactions", done.stdout)
    assert said is not None and said[1] == said[2] and int(said[3].replace(",", "")) > 20
    revisions = re.findall(r"^  \d  at .* s  (\d{8}_\w+)$", done.stdout, re.M)
    assert len(revisions) == 4 and f"recorded is {revisions[-1]}" in done.stdout
    width, height, rows = pixels(tmp_path / "online-change.png")
    assert len(rows) == height * (1 + 3 * width)


def test_an_error_of_the_application_is_seen_in_both_plots(plot: ModuleType, tmp_path: Path) -> None:
    good = [plot.Point(n / 10, 0.005) for n in range(100)]
    bad = [*good, plot.Point(5.05, 0.3, failed=True)]
    phases = [plot.Phase("fill", 2.0, 4.0)]
    assert "X" not in plot.text(good, phases, 10.0) and plot.text(bad, phases, 10.0).count("X") == 1
    assert "1111" in plot.text(good, phases, 10.0).splitlines()[-1] and "fill" in plot.legend(phases)[0]
    for points in (good, bad):
        plot.png(tmp_path / "a.png", points, phases, 10.0, "title")
        assert (bytes(plot.RED) in pixels(tmp_path / "a.png")[2]) == (points is bad)
