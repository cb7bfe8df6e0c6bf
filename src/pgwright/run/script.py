"""A run as one script that psql executes: for places where only a person with psql may change the database.

It stops at the first error, checks the recorded revision before each step, tries no lock twice and keeps no journal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from psycopg import sql

from pgwright.run import stamp
from pgwright.run.refusals import NoScript
from pgwright.run.session import Session
from pgwright.run.unit import RunStep, Unit
from pgwright.run.walk import members

LOCK_TIMEOUT = "2s"  # a script cannot try again, so it waits longer than a runner would
PAGES = 100
HEAD = """\
-- {count} for {environment}, from {before} to {after}. Made by pgwright; run it with
--   psql -X -f THIS_FILE "$DATABASE_URL"
-- It ends at the first error. What was committed until then stays; the version table says how far that is.
\\set ON_ERROR_STOP on
SET statement_timeout = 0;
SET lock_timeout = '{timeout}';
SET client_min_messages = warning;
"""
CHECK = """\
DO {tag}
DECLARE
    found text[] := ARRAY[]::text[];
BEGIN
    IF to_regclass({table_text}) IS NOT NULL THEN
        found := ARRAY(SELECT version_num::text FROM {table} ORDER BY 1);
    END IF;
    IF found <> {wanted} THEN
        RAISE EXCEPTION 'the version table says %, and {revision} goes {direction} from %', found, {wanted};
    END IF;
END {tag};
"""
BATCHES = """\
DO {tag}
DECLARE
    pages bigint := pg_relation_size({name_text}) / current_setting('block_size')::int;
    page bigint := 0;
BEGIN
    WHILE page < pages LOOP
        {part};
        COMMIT;
        page := page + {step};
    END LOOP;
    {rest}; -- rows that moved meanwhile
END {tag};
"""


def script(session: Session, before: tuple[str, ...], units: Sequence[Unit]) -> str:
    """The whole text. Raises NoScript for a revision that is known only while it runs."""
    after = units[-1].heads_after if units else before
    names = (", ".join(before) or "base", ", ".join(after) or "base")
    count = f"{len(units)} revision" + ("" if len(units) == 1 else "s")
    head = HEAD.format(count=count, environment=session.name, before=names[0], after=names[1], timeout=LOCK_TIMEOUT)
    return "\n".join([head, *(part for unit in units for part in _unit(session, unit))])


def _unit(session: Session, unit: Unit) -> Iterator[str]:
    if unit.kind == "whole":
        raise NoScript(revision=unit.revision, environment=session.name, why=unit.why_whole)
    yield f"-- {unit.revision} ({unit.direction})"
    wanted = f"ARRAY[{', '.join(_text(one) for one in sorted(unit.heads_before))}]::text[]"
    check = CHECK.format(
        tag="{tag}", table=unit.version_table, table_text=_text(unit.version_table), wanted=wanted,
        revision=unit.revision.replace("'", "''").replace("%", "%%"), direction=unit.direction,
    )  # fmt: skip
    yield _tagged(check)
    for step in unit.steps:
        yield from _step(session, unit, step)


def _step(session: Session, unit: Unit, step: RunStep) -> Iterator[str]:
    if step.kind == "alone":
        yield "SET lock_timeout = 0;"
        yield from (_ended(setting) for setting in step.settings)
        yield _ended(step.messages[0].message)
        yield f"RESET ALL; SET statement_timeout = 0; SET lock_timeout = '{LOCK_TIMEOUT}';\n"
        return
    if step.batches is not None:
        head, rest = _text(step.batches.head), _text(step.batches.rest)
        pages = f"format($$ AND ctid >= '(%s,0)' AND ctid < '(%s,0)'$$, page, page + {PAGES})"
        yield _loop(step.batches.table, f"EXECUTE {head} || {pages} || {rest}", f"EXECUTE {head} || {rest}")
        return
    if step.kind == "backfill":
        yield from _batches(session, unit)
    yield "BEGIN;"
    for setting in step.settings:
        yield _ended(setting)
    for message in step.messages:
        if not stamp.is_superfluous(session.conn, message.message):
            yield _ended(message.message)
    yield "COMMIT;\n"


def _batches(session: Session, unit: Unit) -> Iterator[str]:
    literal = unit.literal or {}
    values = ", ".join(f"{sql.Identifier(c).as_string(None)} = {v}" for c, v in literal["set"].items())
    for member in members(session, str(literal["table"]), tuple(literal["set"])):
        head, where = f"UPDATE ONLY {member.name} SET {values} WHERE", literal["where"]
        pages = f"ctid >= format('(%s,0)', page)::tid AND ctid < format('(%s,0)', page + {PAGES})::tid"
        yield _loop(member.name, f"{head} ({where})\n           AND {pages}", f"{head} {where}")


def _loop(table: str, part: str, rest: str) -> str:
    """A statement for the pages of a table, some at a time, and once more for all of it."""
    return _tagged(BATCHES.format(tag="{tag}", step=PAGES, name_text=_text(table), part=part, rest=rest))


def _tagged(body: str) -> str:
    """Dollar quotes whose tag is nowhere in the text."""
    tag = "$pgwright$"
    while tag in body:
        tag = f"{tag[:-1]}_$"
    return body.replace("{tag}", tag)


def _ended(message: str) -> str:
    """On lines of its own: a comment at its end must not swallow the semicolon."""
    return message.strip().removesuffix(";") + "\n;"


def _text(value: str) -> str:
    return sql.Literal(value).as_string(None)
