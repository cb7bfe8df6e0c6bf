"""Statements that an application sends, tried before and after each revision (`prove --app-sql`)."""

from pgwright.shadow.app_sql.findings import findings
from pgwright.shadow.app_sql.outcome import Side, told, tried
from pgwright.shadow.app_sql.statements import AppSql, Statement, read

__all__ = ["AppSql", "Side", "Statement", "findings", "read", "told", "tried"]
