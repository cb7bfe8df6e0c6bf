"""Latencies over time, as text and as a PNG. Standard library only: a demo does not ask for a plotting package."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path

LEAST, MOST = -3.0, 0.0  # powers of ten of a second: the axis goes from 1 ms to 1 s, or as far as is needed
MARKS = "123456789abcdefghijk"
# Three columns, five rows; one octal digit is one row.
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.-:_%() "
ROWS = (
    "25755656563444365556746477464434553557557222711152556553444757755655552555265644255636565534216"
    "722225555755552557755525555222712477555726227717477171755711747177475771111757577571700002007000202000007512452444221112"
    "00000"
)
GLYPHS = {letter: ROWS[at * 5 : at * 5 + 5] for at, letter in enumerate(LETTERS)}
WHITE, GREY, INK, BLUE, RED = (255, 255, 255), (210, 210, 210), (40, 40, 40), (31, 119, 180), (214, 39, 40)
BANDS = ((222, 232, 242), (240, 245, 250))


@dataclass(frozen=True)
class Point:
    """A transaction: seconds since the beginning, seconds that it took, and whether it failed."""

    at: float
    took: float
    failed: bool = False


@dataclass(frozen=True)
class Phase:
    """A stretch of time with a name."""

    name: str
    begin: float
    end: float


def _top(points: Sequence[Point]) -> float:
    return max(MOST, *(log10(max(p.took, 1e-4)) for p in points))


def _share(took: float, top: float) -> float:
    """Where on the axis a latency lies, from 0 to 1."""
    return min(1.0, max(0.0, (log10(max(took, 1e-6)) - LEAST) / (top - LEAST)))


def legend(phases: Sequence[Phase]) -> list[str]:
    """One line per phase: its mark, when, how long, and its name."""
    marked = zip(MARKS, phases, strict=False)
    return [f"  {mark}  at {p.begin:5.1f} s for {p.end - p.begin:5.2f} s  {p.name}" for mark, p in marked]


def text(points: Sequence[Point], phases: Sequence[Phase], seconds: float, width: int = 72, height: int = 10) -> str:
    """The plot as lines: `o` is the worst of a moment, `.` the median, `X` an error; below, the phases by their marks."""
    grid = [[" "] * width for _ in range(height)]
    top = _top(points)
    for column in range(width):
        here = [p for p in points if int(p.at / seconds * width) == column]
        if not here:
            continue
        took = sorted(p.took for p in here)
        failed = any(p.failed for p in here)
        for value, sign in ((took[len(took) // 2], "."), (took[-1], "X" if failed else "o")):
            grid[height - 1 - round(_share(value, top) * (height - 1))][column] = sign
    lines = []
    for row, cells in enumerate(grid):
        value = 10 ** (LEAST + (top - LEAST) * (height - 1 - row) / (height - 1)) * 1000
        lines.append(f"{value:7.0f} ms |{''.join(cells)}")
    below = [" "] * width
    for mark, phase in zip(MARKS, phases, strict=False):
        for column in range(int(phase.begin / seconds * width), int(phase.end / seconds * width) + 1):
            if 0 <= column < width:
                below[column] = mark
    return "\n".join([*lines, f"           +{'-' * width}", f"            {''.join(below).rstrip()}"])


def png(file: Path, points: Sequence[Point], phases: Sequence[Phase], seconds: float, title: str) -> None:
    """The same as a picture: every transaction is a dot, every phase a band."""
    width, height, left, above, under = 1200, 520, 90, 50, 60
    canvas = _Canvas(width, height)
    top = _top(points)
    right, floor = width - 20, height - under

    def x(at: float) -> int:
        return left + int(at / seconds * (right - left))

    def y(took: float) -> int:
        return floor - int(_share(took, top) * (floor - above))

    for number, phase in enumerate(phases):
        canvas.box(x(phase.begin), above, max(x(phase.end), x(phase.begin) + 2), floor, BANDS[number % 2])
        canvas.write((x(phase.begin) + x(phase.end)) // 2 - 3, above - 14, MARKS[number], 2, INK)
    for power in range(int(LEAST), int(top) + 1):
        canvas.box(left, y(10.0**power), right, y(10.0**power) + 1, GREY)
        canvas.write(10, y(10.0**power) - 5, f"{10 ** (power + 3)} ms", 2, INK)
    for second in range(0, int(seconds) + 1, max(1, int(seconds) // 12)):
        canvas.box(x(second), floor, x(second) + 1, floor + 5, INK)
        canvas.write(x(second) - 6, floor + 10, f"{second} s", 2, INK)
    for p in sorted(points, key=lambda p: p.failed):
        canvas.box(x(p.at) - 1, y(p.took) - 1, x(p.at) + 2, y(p.took) + 2, RED if p.failed else BLUE)
    canvas.write(left, 10, title.lower(), 3, INK)
    canvas.write(left, height - 20, " ".join(f"{m}:{p.name}" for m, p in zip(MARKS, phases, strict=False)).lower(), 2, INK)
    file.write_bytes(canvas.encoded())


class _Canvas:
    """Pixels in three colours a byte each."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.rows = [bytearray(bytes(WHITE) * width) for _ in range(height)]

    def box(self, x0: int, y0: int, x1: int, y1: int, colour: tuple[int, int, int]) -> None:
        x0, x1 = max(0, x0), min(self.width, x1)
        if x0 < x1:
            for row in self.rows[max(0, y0) : y1]:
                row[x0 * 3 : x1 * 3] = bytes(colour) * (x1 - x0)

    def write(self, x: int, y: int, words: str, size: int, colour: tuple[int, int, int]) -> None:
        for at, letter in enumerate(words):
            for row, bits in enumerate(GLYPHS.get(letter, "00000")):
                for column in range(3):
                    if int(bits, 8) & (4 >> column):
                        left, up = x + (at * 4 + column) * size, y + row * size
                        self.box(left, up, left + size, up + size, colour)

    def encoded(self) -> bytes:
        """PNG, 8 bits RGB (W3C PNG specification, sections 5 and 11)."""

        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in self.rows), 9)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
