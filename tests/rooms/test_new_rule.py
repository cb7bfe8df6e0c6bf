"""A hazard is one file and one line: done in a copy of the package, `check` finds it and its page is made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pgwright

RULE = '''"""no-friday-tables: a table is made whose name says when it was made.

Source: an example of this test.
"""

from __future__ import annotations

from collections.abc import Iterator

from pgwright.hazards.acts import CreateTable
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, Observation, found
from pgwright.hazards.statement import Statement

CODE = "PW899"
SEVERITY = "error"
SEEN = "catalog"
ACTS = (CreateTable,)
OBSERVE = Observation(query="SELECT to_regclass('friday_orders') IS NOT NULL")
WHEN = "CREATE TABLE {table}"
EFFECT = "{table} will be there on Monday as well."
INSTEAD = "op.create_table({better!r}, ...)"
BEFORE = "CREATE TABLE users (id bigint PRIMARY KEY)"
BAD = revision(up='op.create_table("friday_orders", sa.Column("id", sa.BigInteger(), primary_key=True))',
               down='op.drop_table("friday_orders")')
GOOD = revision(up='op.create_table("orders", sa.Column("id", sa.BigInteger(), primary_key=True))',
                down='op.drop_table("orders")')


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.of(CreateTable):
        if act.table.startswith("friday_"):
            yield found(statement, table=act.table, better=act.table.removeprefix("friday_"))
'''


def test_one_file_and_one_line(tmp_path: Path) -> None:
    copied = Path(shutil.copytree(Path(pgwright.__file__).parent, tmp_path / "src" / "pgwright"))
    rules = copied / "hazards" / "rules"
    (rules / "no_friday_tables.py").write_text(RULE)
    registry = (rules / "__init__.py").read_text()
    first, begins, rest = registry.partition("RULES: tuple[Rule, ...] = (\n")
    assert begins
    (rules / "__init__.py").write_text(f'{first}{begins}    rule("no_friday_tables"),\n{rest}')

    (tmp_path / "V1__a.sql").write_text("CREATE TABLE friday_orders (id bigint PRIMARY KEY);\n")
    ended = run(tmp_path, "pgwright", "check", "--sql", "V1__a.sql", "--json")
    (found,) = (one for one in json.loads(ended.stdout)["findings"] if one["rule"] == "no-friday-tables")
    assert (ended.returncode, found["code"], found["line"]) == (1, "PW899", 1)
    assert "orders" in found["instead"]

    run(tmp_path, "pgwright.doors.hazard_pages", "pages")
    assert "friday_orders will be there on Monday" not in (page := (tmp_path / "pages" / "no-friday-tables.md").read_text())
    assert "*table* will be there on Monday as well." in page
    assert "[no-friday-tables](no-friday-tables.md)" in (tmp_path / "pages" / "index.md").read_text()


def run(root: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
