"""The demo's second half: the clinic pays its bills while its busiest table gets a column that no row may lack.

A copy of examples/clinic, a throw-away database with payments in it, and the clinic's own billing code at work on a fixed
schedule, with the models from before the change. The change itself is public commands only: plan, prove, apply.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from clinic_load import Load
from demo import OUT, copy, run, say
from latency_plot import Phase, Point, legend, png, text

SETTINGS = '[environments.demo]\nkind = "dev"\nurl_env = "CLINIC_DATABASE_URL"\n'
ROWS = """
INSERT INTO people (given_name, family_name)
    SELECT 'Person', 'number ' || g FROM generate_series(1, 1000) g;
INSERT INTO invoices (number, person_id, total_cents)
    SELECT 'I' || g, 1 + g % 1000, 1000000 FROM generate_series(1, {invoices}) g;
INSERT INTO payments (invoice_id, method, amount_cents, received_at)
    SELECT 1 + g % {invoices}, 'card', 1 + g % 5000, now() - g * interval '1 minute' FROM generate_series(1, {payments}) g;
VACUUM (ANALYZE) people;
VACUUM (ANALYZE) invoices;
VACUUM (ANALYZE) payments;
"""
UNITS = "SELECT revision, extract(epoch FROM started), extract(epoch FROM ended) FROM pgwright.unit ORDER BY id"


@contextmanager
def served() -> Iterator[str]:
    """The URL of an empty database on a server of its own, which is gone afterwards."""
    command = [sys.executable, "-m", "pgwright", "pg", "serve", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            where = _first_object(process.stdout)["serving"]
            yield f"postgresql+psycopg://{where['user']}@/postgres?host={where['host']}&port={where['port']}"
        finally:
            process.terminate()


def _first_object(lines) -> dict:
    told = ""
    for line in lines:
        told += line
        try:
            return json.loads(told)
        except json.JSONDecodeError:
            continue
    sys.exit(f"no server: {told}")


def database(url: str) -> psycopg.Connection:
    """A session on it, past the application."""
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def fill(project: Path, url: str, payments: int) -> int:
    """The schema by the project's own alembic, and rows. The number of invoices."""
    alembic = [sys.executable, "-m", "alembic", "upgrade", "20250303_person_email"]
    subprocess.run(alembic, cwd=project / "backend", check=True, capture_output=True)
    invoices = max(10, payments // 10)
    with database(url) as conn:
        for statement in ROWS.format(invoices=invoices, payments=payments).split(";\n"):
            if statement.strip():
                conn.execute(statement)
    return invoices


def told(url: str, load: Load, begin: float, seconds: float, plot: Path) -> int:
    """Both plots and the count; the number of errors."""
    with database(url) as conn:
        units = conn.execute(UNITS).fetchall()
        rows, filled = conn.execute("SELECT count(*), count(DISTINCT public_id) FROM payments").fetchone()
    points = [Point(s.due - begin, s.took, bool(s.error)) for s in load.samples]
    phases = [Phase(name, float(start) - begin, float(end) - begin) for name, start, end in units]
    say("Latency of the clinic's transactions (o worst, . median; below: which revision was being applied)")
    print(text(points, phases, seconds))
    print("\n".join(legend(phases)))
    png(plot, points, phases, seconds, "payments gets a column that no row may lack: latency while it is applied")
    errors = [s.error for s in load.samples if s.error]
    took = sorted(s.took for s in load.samples)
    count = f"{len(errors)} error" + ("" if len(errors) == 1 else "s")
    median, worst = took[len(took) // 2] * 1000, took[-1] * 1000
    say(f"{rows:,} payments, {filled:,} references. The clinic saw {count} in {len(took):,} transactions; "
        f"median {median:.0f} ms, worst {worst:.0f} ms")  # fmt: skip
    for error in sorted(set(errors))[:5]:
        print(f"  {error}")
    print(f"  plot: {plot}")
    return len(errors)


def main() -> int:
    """Tell the story; 1 when the application saw an error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=60_000, help="rows of the table")
    parser.add_argument("--rate", type=float, default=60.0, help="transactions of the clinic a second")
    parser.add_argument("--out", type=Path, default=OUT, help="where the copy and the plot go")
    given = parser.parse_args()
    project = given.out / "clinic-online"
    copy(project)
    (project / "pgwright.toml").write_text(SETTINGS, encoding="utf-8")
    say("The same clinic, some years later: every payment needs a public reference, and billing never closes.")
    run("pgwright", "plan", "tasks/payment-references.yaml", project=project)
    run("pgwright", "prove", project=project)
    with served() as url:
        os.environ["CLINIC_DATABASE_URL"] = url
        sys.path.insert(0, str(project / "backend"))
        load = Load(fill(project, url, given.payments), given.rate)
        say(f"{given.payments:,} payments; {given.rate:.0f} transactions a second of app/services/billing.py begin now")
        load.start()
        begin = time.time()
        try:
            time.sleep(2)  # what is usual, for the eye
            run("pgwright", "apply", "--env", "demo", project=project)
            time.sleep(1)
        finally:
            load.stop()
        return int(told(url, load, begin, time.time() - begin, given.out / "online-change.png") > 0)


if __name__ == "__main__":
    sys.exit(main())
