"""No finding carries a password, in whatever form it is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from check_project import project

from pgwright.doors.show.findings import text
from pgwright.hazards.checked import to_json
from pgwright.hazards.masking import masked
from pgwright.verbs_check import check

SECRET = "hunter2-of-production"


@pytest.mark.parametrize(
    "written",
    [
        f"CREATE ROLE app LOGIN PASSWORD '{SECRET}'",
        f"alter user app with encrypted password '{SECRET}' valid until 'infinity'",
        f"ALTER ROLE app PASSWORD E'{SECRET}'",
        f"ALTER ROLE app PASSWORD $x${SECRET}$x$",
        f"DO $$ BEGIN EXECUTE 'CREATE ROLE app PASSWORD ''{SECRET}'' LOGIN'; END $$",
        f"ALTER ROLE app PASSWORD 'it''s {SECRET}'",
    ],
)
def test_the_literal_behind_the_word_is_hidden(written: str) -> None:
    assert SECRET not in masked(written)
    assert "***" in masked(written)


def test_other_text_stays_as_it_is() -> None:
    for written in ("UPDATE users SET password = lower(password)", "ALTER ROLE app PASSWORD NULL", "SELECT 'a'"):
        assert masked(written) == written


def test_no_output_of_check_shows_it(tmp_path: Path) -> None:
    body = f"""op.execute("CREATE ROLE app LOGIN PASSWORD '{SECRET}' SUPERUSER")"""
    made = project(tmp_path, body)
    found = check(made, ["r1"])
    assert {"role-with-password", "superuser-or-bypassrls"} <= {one.rule for one in found.findings}
    assert SECRET not in json.dumps(to_json(found))
    assert SECRET not in str(text.shown(found, made.root))
