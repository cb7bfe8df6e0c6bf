"""The plain form of a backfill: Alembic alone can run it, and --sql can print it."""

from __future__ import annotations

from textwrap import indent

from pgwright.design.source import assigned, autocommit, nested, sql_string, text


def plain_form(table: str, column: str, value: str, where: str, pages: int, *, batch: bool = False) -> str:
    """Code that fills by ranges of pages, each its own transaction, then once more for rows that moved meanwhile.

    Every page is read once, whatever the key (PostgreSQL 14 and later read a range of ctid directly). An UPDATE of the
    application moves its row to another page, so the last statement catches those; it finds few. Offline there is no
    connection to count pages with: one statement does it all.
    """
    fill = f"UPDATE {table} SET {column} = {value} WHERE {where}"
    count = f"SELECT pg_relation_size({sql_string(table)}) / current_setting('block_size')::int"
    online = "\n".join(
        (
            f"pages = {nested('op.get_bind().scalar', text(count))}",
            f"for page in range(0, pages, {pages}):",
            f"    op.execute(f\"{{fill}} AND ctid >= '({{page}},0)' AND ctid < '({{page + {pages}}},0)'\")",
            "op.execute(fill)  # rows that moved meanwhile",
        )
    )
    offline = "op.get_context().as_sql"
    if batch:  # the project also runs SQLite, which knows no pages
        offline += ' or op.get_context().dialect.name != "postgresql"'
    return "\n".join(
        (
            assigned("fill", fill),
            f"if {offline}:",
            "    op.execute(fill)",
            "else:",
            indent(autocommit(online), "    "),
        )
    )
