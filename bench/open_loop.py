"""An application under load: pgbench on a fixed schedule, so that a stall is counted for everybody who had to wait.

Latency is taken from the moment at which a transaction was due (`pgbench -R`): a closed loop would hide that a client
which waits sends nothing meanwhile. Each statement runs in a function that catches what goes wrong and counts it, since
pgbench itself gives a client up at its first error.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from pgwright.shadow.server import Server

_CAUGHT = "EXCEPTION WHEN OTHERS THEN INSERT INTO app_error VALUES (sqlstate, sqlerrm); END $$"
_FUNCTION = "CREATE FUNCTION {} RETURNS void LANGUAGE plpgsql AS $$ BEGIN {}; {}"
APPLICATION = (
    "CREATE TABLE app_error (sqlstate text NOT NULL, told text NOT NULL)",
    *(
        _FUNCTION.format(head, body, _CAUGHT)
        for head, body in (
            ("app_read(i int)", "EXECUTE 'SELECT id, customer_id, status, qty, note FROM orders WHERE id = $1' USING i"),
            ("app_write(i int)", "UPDATE orders SET status = 'paid', qty = qty + 1 WHERE id = i"),
            ("app_insert(c int)", "INSERT INTO orders (customer_id, status, qty, note) VALUES (c, 'new', 1, 'bench')"),
            ("app_list(c int)", "PERFORM count(*) FROM orders WHERE customer_id = c"),
        )
    ),
)
SCRIPTS = {
    "read": ("\\set i random(1, {rows})\nSELECT app_read(:i);\n", 50),
    "write": ("\\set i random(1, {rows})\nSELECT app_write(:i);\n", 25),
    "list": ("\\set c random(1, 1000)\nSELECT app_list(:c);\n", 15),
    "insert": ("\\set c random(1, 1000)\nSELECT app_insert(:c);\n", 5),
    "other": ("\\set c random(1, 1000)\nUPDATE customers SET name = name WHERE id = :c;\n", 5),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One transaction: when it was due, and how long it took from then, in seconds."""

    due: float
    took: float


@dataclass(frozen=True, slots=True)
class Window:
    """The transactions that were due between two moments."""

    samples: tuple[Sample, ...]

    def quantile(self, share: float) -> float:
        took = sorted(s.took for s in self.samples)
        return took[min(len(took) - 1, int(len(took) * share))] if took else 0.0

    @property
    def worst(self) -> float:
        return max((s.took for s in self.samples), default=0.0)

    def over(self, bound: float) -> int:
        """Transactions that took longer than the bound."""
        return sum(s.took > bound for s in self.samples)


@dataclass
class Load:
    """pgbench against one database, from `start` to `stop`."""

    server: Server
    database: str
    rows: int
    rate: int
    clients: int = 8
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="load")))
    samples: list[Sample] = field(default_factory=list)
    refused: int = 0  # clients that pgbench gave up

    def start(self) -> None:
        """Begin, and wait until transactions come in."""
        program = self.server.bin / "pgbench"
        command = [str(program) if program.exists() else "pgbench", "-n", "-M", "extended", "-h", self.server.host]
        command += ["-p", str(self.server.port), "-U", "postgres", "-c", str(self.clients), "-j", "1", "-R", str(self.rate)]
        command += ["-T", "36000", "-l", "--log-prefix", str(self.folder / "log")]
        for name, (text, weight) in SCRIPTS.items():
            (self.folder / name).write_text(text.format(rows=self.rows))
            command += ["-f", f"{self.folder / name}@{weight}"]
        self._told = (self.folder / "told").open("w")
        self._process = subprocess.Popen(
            [*command, self.database], stdout=self._told, stderr=self._told,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), env=self.server.env,
        )  # fmt: skip
        with self.server.connect(self.database) as conn:
            while not _begun(conn.execute("SELECT sum(n_tup_upd) FROM pg_stat_user_tables").fetchone()):
                if self._process.poll() is not None:
                    raise RuntimeError((self.folder / "told").read_text()[-600:])
                time.sleep(0.1)

    def stop(self) -> None:
        """End, and read what was logged."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait()
        self._told.close()
        self.refused = (self.folder / "told").read_text().count("aborted in command")
        for file in self.folder.glob("log*"):
            self.samples += [s for line in file.read_text().splitlines() if (s := _sample(line))]
        shutil.rmtree(self.folder)

    def between(self, begin: float, end: float) -> Window:
        """What was due in that time (seconds since the epoch)."""
        return Window(tuple(s for s in self.samples if begin <= s.due < end))


def _begun(row: tuple[object, ...] | None) -> bool:
    return bool(row and row[0])


def _sample(line: str) -> Sample | None:
    """client, number, microseconds since due, script, end in seconds, and microseconds."""
    words = line.split()
    if len(words) < 6 or not words[2].isdigit():
        return None
    took = int(words[2]) / 1e6
    return Sample(int(words[4]) + int(words[5]) / 1e6 - took, took)
