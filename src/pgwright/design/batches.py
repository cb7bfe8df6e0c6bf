"""The plain form of what works row by row: Alembic alone can run it, and --sql can print it."""

from __future__ import annotations

from textwrap import indent

from pgwright.design.source import assigned, autocommit, nested, sql_string, text

_SHORT = 60  # characters that may stand in each of the calls


def plain_form(table: str, column: str, value: str, where: str, pages: int, *, batch: bool = False) -> str:
    """Code that fills a column by ranges of pages."""
    return by_pages(table, f"UPDATE {table} SET {column} = {value} WHERE {where}", pages, batch=batch)


def by_pages(
    table: str,
    statement: str,
    pages: int,
    *,
    verb: str = "fill",
    rest: str = "",
    batch: bool = False,
) -> str:
    """Code that runs the statement for ranges of pages of the table, each its own transaction, then once for all.

    Every page is read once, whatever the key (PostgreSQL 14 and later read a range of ctid directly). An UPDATE of the
    application moves its row to another page, so the last statement catches those; it finds few. Offline there is no
    connection to count pages with: one statement does it all. The statement ends in a WHERE condition that no longer holds
    for what is done; `rest` comes after it.
    """
    first = [assigned(verb, statement)]
    if '"' in rest or len(rest) > _SHORT:
        first.append(assigned("then", rest))
        rest = "{then}"
    count = f"SELECT pg_relation_size({sql_string(table)}) / current_setting('block_size')::int"
    every = f'f"{{{verb}}}{rest}"' if rest else verb
    span = f"ctid >= '({{page}},0)' AND ctid < '({{page + {pages}}},0)'"
    online = "\n".join(
        (
            f"pages = {nested('op.get_bind().scalar', text(count))}",
            f"for page in range(0, pages, {pages}):",
            f'    op.execute(f"{{{verb}}} AND {span}{rest}")',
            f"op.execute({every})  # rows that moved meanwhile",
        )
    )
    offline = "op.get_context().as_sql"
    if batch:  # the project also runs SQLite, which knows no pages
        offline += ' or op.get_context().dialect.name != "postgresql"'
    return "\n".join(
        (
            *first,
            f"if {offline}:",
            f"    op.execute({every})",
            "else:",
            indent(autocommit(online), "    "),
        )
    )
