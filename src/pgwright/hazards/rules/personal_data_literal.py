"""personal-data-literal: an address or a telephone number of a person stands in a revision.

A revision lives in the repository, in images and in the server's log for good; addresses of example.com and .test are fine.
Source: PostgreSQL documentation, "Error Reporting and Logging", log_statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pgwright.hazards.acts import Delete, Insert, Update
from pgwright.hazards.example import revision
from pgwright.hazards.known import Known
from pgwright.hazards.rule import Found, found
from pgwright.hazards.statement import Statement

CODE = "PW409"
SEVERITY = "warning"
SEEN = "text"
ACTS = (Insert, Update, Delete)
WHEN = "{what} ({shown}) stands in a statement on {table}"
EFFECT = "It stays in the repository, in every copy of it and in server logs, whatever happens to the row in {table}."
INSTEAD = """
# name the row by what is no personal data, or read the values from where they are kept, outside the repository
"""
BEFORE = """
CREATE TABLE users (id bigint PRIMARY KEY, mail text, phone text);
INSERT INTO users SELECT g, 'u' || g, '' FROM generate_series(1, 500) g;
"""
BAD = (
    revision(up="""op.execute("INSERT INTO users VALUES (1001, 'jane.roe@acme-corp.org', '')")"""),
    revision(up="""op.execute("UPDATE users SET phone = '+49 30 1234567' WHERE id = 2")"""),
    revision(up="""op.execute("DELETE FROM users WHERE mail = 'jane.roe@acme-corp.org'")"""),
)
GOOD = (
    revision(up="""op.execute("INSERT INTO users VALUES (1001, 'admin@example.com', '')")"""),
    revision(up="""op.execute("UPDATE users SET phone = '2026-01-02 10:11:12+00:00' WHERE id = 2")"""),
)

MAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
RESERVED = r"@(?:.*\.)?(?:example(?:\.\w+)?|test|invalid|localhost)$"  # RFC 2606
PHONE = r"(?<!\d)\+[1-9]\d{0,2}[ \d()/-]{7,}\d"


def detect(statement: Statement, before: Known) -> Iterator[Found]:
    for act in statement.acts:
        if isinstance(act, Insert | Update | Delete):
            for text in _texts(act):
                mail = next((one for one in re.findall(MAIL, text) if not re.search(RESERVED, one, re.I)), "")
                phone = next(iter(re.findall(PHONE, text)), "")
                if mail or phone:
                    what = "an e-mail address" if mail else "a telephone number"
                    yield found(statement, table=act.table, what=what, shown=(mail or phone)[:2] + "...")
                    break


def _texts(act: Insert | Update | Delete) -> Iterator[str]:
    if isinstance(act, Insert):
        for row in act.values:
            yield from row
        return
    if isinstance(act, Update):
        yield from (one.text for one in act.values)
    if act.where is not None:
        yield act.where.text
