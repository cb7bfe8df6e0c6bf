"""The same database reads the same in every session."""

from __future__ import annotations

from pgwright.schema.catalog import capture
from pgwright.schema.diff import diff
from pgwright.shadow.server import Server


def test_text_does_not_depend_on_the_session(server: Server, database: str) -> None:
    with server.connect(database) as conn:
        conn.execute("CREATE TABLE t (at timestamptz DEFAULT '2020-01-02 03:04:05+00', span interval DEFAULT '1 day 2 hours')")
        here = capture(conn).schema
    with server.connect(database) as conn:
        conn.execute("SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'; SET IntervalStyle = 'iso_8601'")
        there = capture(conn).schema
        shown = conn.execute("SHOW TimeZone").fetchone()
    assert diff(here, there) == ()
    assert shown == ("Asia/Tokyo",)
